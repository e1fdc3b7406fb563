import { compare, hash } from "bcryptjs";
import { Admission } from "./admission";

/** Hashes and checks passwords. */
export interface Passwords {
  /** Hash of `password`, in bcrypt's text form. */
  hash(password: string): Promise<string>;
  /** True if `password` has this hash; without a hash, false after the same time. */
  matches(password: string, hash: string | undefined): Promise<boolean>;
}

// OWASP Password Storage Cheat Sheet: bcrypt with a work factor of 10 or more, at most 72 bytes.
const rounds = 10;

/** bcrypt's limit: bytes beyond it would be ignored silently. */
export const maxPasswordBytes = 72;

/**
 * Passwords by bcrypt. Each check costs some 80 ms of the process's only thread, in small pieces; at
 * most 40 are accepted at a time.
 */
export function bcryptPasswords(): Passwords {
  const admission = new Admission("password checks", 40);
  let nobody: string | undefined;
  return {
    hash: (password) => admission.run(() => hash(password, rounds)),
    matches: (password, known) =>
      admission.run(async () => {
        // An unknown name takes as long as a wrong password, so time does not tell which names exist.
        nobody ??= await hash("nobody", rounds);
        return (await compare(password, known ?? nobody)) && known !== undefined;
      }),
  };
}

import { readFileSync } from "node:fs";
import { z } from "zod";

const shape = z.strictObject({
  /** Private key of the server, in PEM or OpenSSH form. */
  hostKey: z.string().min(1),
  accounts: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-z0-9-]{1,32}$/),
        /** Public key that opens the account, type and Base64 data. */
        publicKey: z.string().regex(/^\S+ \S+/),
        /** True for an account that reads alone, as a sub-account of a Storage Box may. */
        readOnly: z.boolean().default(false),
      }),
    )
    .min(1),
});

/** The key of the file storage, and who may use it. */
export type FileStorageAccess = z.infer<typeof shape>;
/** An account of the file storage. */
export type Account = FileStorageAccess["accounts"][number];

/** Reads them from a file. @throws Error that names what is wrong in it. */
export function readFileStorageAccess(file: string): FileStorageAccess {
  const parsed = shape.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

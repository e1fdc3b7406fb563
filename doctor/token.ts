import { type Call, errorIn } from "./api";
import { type Finding, findingsOf } from "./finding";

const { ok, note, failure } = findingsOf("token");

/** A token with the setting that contains it. */
export interface NamedToken {
  /** Name of the setting, such as `hcloud:token`. */
  setting: string;
  /** The API with that token. */
  call: Call;
  /** Remedy for an unsuitable token. @default create another token and store it */
  fix?: string;
}

const makeAnother =
  "make one with read and write access in the Console under Security → API tokens, and store it";

/**
 * Checks that a token is valid and may write. No call reports a token's permissions, so the check requests an SSH key
 * without name and key, which creates nothing, because both are required. The specification has
 * `token_readonly` (401) for "only allowed to perform GET requests". The check assumes that the API reports this error
 * before it validates the body, as the local cloud does. An API that validates the body first would also answer
 * `invalid_input` to a read-only token; the check would then find nothing.
 *
 * Sources: https://docs.hetzner.cloud/reference/cloud#errors, and #ssh-keys-create-an-ssh-key
 */
export async function tokenFindings(tokens: readonly NamedToken[]): Promise<Finding[]> {
  return Promise.all(tokens.map(tokenFinding));
}

async function tokenFinding({ setting, call, fix }: NamedToken): Promise<Finding> {
  const key = setting.includes(".") ? `--path '${setting}'` : setting;
  const store = fix ?? `${makeAnother}: pulumi config set --secret ${key}`;
  try {
    const reads = errorIn(await call("GET", "/locations"));
    if (reads?.code === "unauthorized") {
      return failure(`${setting} is refused by the API: ${reads.message}`, store);
    }
    if (reads)
      return failure(`${setting} cannot be tried: the API answers ${reads.message}`, later);
    const writes = errorIn(await call("POST", "/ssh_keys", {}));
    if (writes?.code === "token_readonly") return failure(`${setting} may only read`, store);
    if (writes?.code === "invalid_input") return ok(`${setting} is known and may write`);
    const answer = writes ? `${writes.code || writes.message}` : "no error";
    return note(
      `${setting} is known; whether it may write is unknown: a wrong request got ${answer}`,
    );
  } catch (error) {
    return failure(`the API does not answer: ${reason(error)}`, later);
  }
}

const later = "look at https://status.hetzner.com and at hcloud:endpoint, and try again";

/** The innermost reason of an error, such as `connect ECONNREFUSED 127.0.0.1:8480`. */
export function reason(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? reason(cause) : message;
}

import { type Call, errorIn } from "./api";
import { type Finding, findingsOf } from "./finding";

const { ok, note, failure } = findingsOf("token");

/** A token and the setting that it is from. */
export interface NamedToken {
  /** Such as `hcloud:token`. */
  setting: string;
  /** The API with that token. */
  call: Call;
  /** What to do if it does not fit. @default another one is made and stored */
  fix?: string;
}

const makeAnother =
  "make one with read and write access in the Console under Security → API tokens, and store it";

/**
 * Whether a token is known and may write. No call tells what a token may do, so this one asks for an SSH key
 * without name and key, which can make nothing: both are required. The specification has
 * `token_readonly` (401) for "only allowed to perform GET requests"; that it comes before the look at
 * the body is assumed, and so it is in the local cloud. An API that looks at the body first would
 * answer `invalid_input` to a token that may only read too: then this check finds nothing.
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
    const said = writes ? `${writes.code || writes.message}` : "no error";
    return note(
      `${setting} is known; whether it may write is unknown: a wrong request got ${said}`,
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

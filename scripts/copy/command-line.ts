import { parseArgs } from "node:util";

/** Default of `--most-behind`, seconds. */
const usualMostBehind = 900;

const options = {
  plan: { type: "boolean", default: false },
  prune: { type: "boolean", default: false },
  verify: { type: "boolean", default: false },
  "most-behind": { type: "string", default: String(usualMostBehind) },
  stack: { type: "string" },
} as const;

/** Arguments of `backups:copy`. */
export interface CopyOptions {
  /** True: nothing is copied; the command only prints the plan of `--prune`. */
  planOnly: boolean;
  /** True: deletes from the copy what retention deleted from the target. */
  prune: boolean;
  /** True: objects that the copy already has are read and compared too. */
  verify: boolean;
  /** How far the copy may end behind the target, seconds. */
  mostBehindSeconds: number;
  /** Named stack; undefined: none is named. */
  stack: string | undefined;
}

/** Parses a command line. @throws Error that names the word, the rule and the fix. */
export function parseCommandLine(args: readonly string[]): CopyOptions {
  const { values } = parseArgs({ args: [...args], options });
  const { plan: planOnly, prune, verify, stack, "most-behind": text } = values;
  const mostBehindSeconds = Number(text);
  if (!/^\d{1,7}$/.test(text) || mostBehindSeconds === 0) {
    throw new Error(
      `--most-behind must be a whole number of seconds from 1 on, got ${JSON.stringify(text)}; say for example --most-behind ${usualMostBehind}`,
    );
  }
  if (planOnly && !prune) {
    throw new Error(
      "--plan must go with --prune, got it alone; copying deletes and replaces nothing, so leave --plan out",
    );
  }
  if (planOnly && verify) {
    throw new Error("--verify must be absent with --plan, which copies and compares nothing");
  }
  return { planOnly, prune, verify, mostBehindSeconds, stack };
}

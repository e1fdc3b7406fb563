import { parseArgs } from "node:util";
import { withUsage } from "../operate/with-usage";

/** Arguments of `npm run deploy:back`. */
export interface BackOptions {
  /** Named stack; undefined: none is named. */
  stack: string | undefined;
  /** True: the command only records what runs now, so that a later `deploy:back` can restore it. */
  notes: boolean;
  /** True: the command fails if the checkout is earlier than what runs now. */
  forward: boolean;
  /** Git revision to restore; undefined: the recorded one. */
  to: string | undefined;
  /** True: no question before the update. */
  yes: boolean;
}

const usage =
  "npm run deploy:back -- [--stack <name>] [--note [--forward] | [--to <revision>] [--yes]]";

/** Parses a command line. @throws Error with the usage for anything else. */
export function parseCommandLine(args: readonly string[]): BackOptions {
  const flag = { type: "boolean", default: false } as const;
  const text = { type: "string" } as const;
  return withUsage(usage, () => {
    const { values } = parseArgs({
      args: [...args],
      options: { stack: text, to: text, note: flag, forward: flag, yes: flag },
    });
    const { stack, to, note: notes, forward, yes } = values;
    if (notes && (yes || to !== undefined))
      throw new Error("--note only records what runs now, so leave --yes and --to out");
    if (forward && !notes) throw new Error("--forward belongs to --note");
    return { stack, notes, forward, to, yes };
  });
}

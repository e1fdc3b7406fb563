import { parseArgs } from "node:util";
import { withUsage } from "../operate/with-usage";

/** Arguments of `npm run deploy:back`. */
export interface AskedBack {
  /** Named stack; undefined: none is named. */
  stack: string | undefined;
  /** True: only what runs now is noted, to go back to it later. */
  notes: boolean;
  /** Revision of Git to go back to; undefined: what was noted. */
  to: string | undefined;
  /** True: nobody is asked before the update. */
  yes: boolean;
}

const usage = "npm run deploy:back -- [--stack <name>] [--note | [--to <revision>] [--yes]]";

/** Parses a command line. @throws Error with the usage for anything else. */
export function askedBack(args: readonly string[]): AskedBack {
  const flag = { type: "boolean", default: false } as const;
  const text = { type: "string" } as const;
  return withUsage(usage, () => {
    const { values } = parseArgs({
      args: [...args],
      options: { stack: text, to: text, note: flag, yes: flag },
    });
    const { stack, to, note: notes, yes } = values;
    if (notes && (yes || to !== undefined)) throw new Error("--note goes nowhere, alone");
    return { stack, notes, to, yes };
  });
}

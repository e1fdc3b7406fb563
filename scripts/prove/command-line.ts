import { parseArgs } from "node:util";
import { withUsage } from "../operate/with-usage";

/** Arguments of `npm run prove`. */
export interface ProveOptions {
  /** Named stack; undefined: none is named. */
  stack: string | undefined;
  /** True: the address is moved to the other load balancer, which visitors may notice. */
  moves: boolean;
  /** True: the report is a table in Markdown. */
  isMarkdown: boolean;
  /** True: no question before the move. */
  yes: boolean;
}

const usage = "npm run prove -- [--stack <name>] [--switch [--yes]] [--markdown]";

/** Parses a command line. @throws Error with the usage for anything else. */
export function parseCommandLine(args: readonly string[]): ProveOptions {
  const flag = { type: "boolean", default: false } as const;
  const options = { stack: { type: "string" }, switch: flag, markdown: flag, yes: flag } as const;
  return withUsage(usage, () => {
    const { values } = parseArgs({ args: [...args], options });
    const { stack, markdown, yes } = values;
    if (yes && !values.switch) throw new Error("--yes answers the question of --switch alone");
    return {
      stack,
      moves: values.switch,
      isMarkdown: markdown,
      yes,
    };
  });
}

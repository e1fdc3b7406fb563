import { parseArgs } from "node:util";
import { withUsage } from "../operate/with-usage";

/** What a command line asks for. */
export interface Asked {
  /** Named stack; undefined: none is named. */
  stack: string | undefined;
  /** Whether the address is moved to the other load balancer, which visitors may notice. */
  moves: boolean;
  /** Whether the report is a table in Markdown. */
  isMarkdown: boolean;
  /** Whether nobody is asked before the address is moved. */
  yes: boolean;
}

const usage = "npm run prove -- [--stack <name>] [--switch [--yes]] [--markdown]";

/** Reads the words of a command line. @throws Error with the usage if there is something else. */
export function asked(args: readonly string[]): Asked {
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

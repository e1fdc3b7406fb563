import { parseArgs } from "node:util";

/** What a command line asks for. */
export interface Asked {
  /** Named stack; undefined: none is named. */
  stack: string | undefined;
  /** Nodes to look at; empty: all. */
  nodes: string[];
  /** Whether the report is JSON. */
  json: boolean;
}

const usage = "usage: npm run audit:hosts -- [--stack <name>] [--json] [node ...]";

/** Reads the words of a command line. @throws Error with the usage if there is something else. */
export function asked(args: readonly string[]): Asked {
  const options = {
    stack: { type: "string" },
    json: { type: "boolean", default: false },
  } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const { stack, json } = values;
    return { stack, nodes: positionals, json };
  } catch (error) {
    throw new Error(`${usage}; ${(error as Error).message}`, { cause: error });
  }
}

import { parseArgs } from "node:util";

/** What a command line asks for. */
export interface Asked {
  /** Named stack; undefined: none is named. */
  stack: string | undefined;
  /** Nodes to look at; empty: all. */
  nodes: string[];
  /** Whether secrets in their places are listed too. */
  showAllowed: boolean;
}

const usage = "usage: npm run secrets:audit -- [--stack <name>] [--node <name> ...] [--allowed]";

/** Reads the words of a command line. @throws Error with the usage if there is something else. */
export function asked(args: readonly string[]): Asked {
  const options = {
    stack: { type: "string" },
    node: { type: "string", multiple: true, default: [] as string[] },
    allowed: { type: "boolean", default: false },
  } as const;
  try {
    const { stack, node, allowed } = parseArgs({ args: [...args], options }).values;
    return {
      stack,
      nodes: node,
      showAllowed: allowed,
    };
  } catch (error) {
    throw new Error(`${usage}; ${(error as Error).message}`, { cause: error });
  }
}

import { parseArgs } from "node:util";

/** What a command line asks for. */
export interface AskedPreview {
  /** Name of the stack; undefined is the local one. */
  stack: string | undefined;
  form: "text" | "markdown" | "json";
  /** Revision of Git whose stack file the edits are counted from. */
  base: string;
  /** Whether what is there is looked at first. */
  refresh: boolean;
}

/** How the command is called. */
export const usage =
  "npm run preview -- [--stack <name>] [--markdown | --json] [--base <revision>] [--refresh]";

/** Reads a command line. @throws Error with the usage if there is anything else. */
export function askedPreview(args: readonly string[]): AskedPreview {
  const flag = { type: "boolean", default: false } as const;
  const options = {
    stack: { type: "string" },
    base: { type: "string", default: "HEAD" },
    markdown: flag,
    json: flag,
    refresh: flag,
  } as const;
  try {
    const { stack, base, markdown, json, refresh } = parseArgs({ args: [...args], options }).values;
    if (markdown && json) throw new Error("--markdown and --json are two forms; give one of them");
    const form = markdown ? "markdown" : json ? "json" : "text";
    return { stack, form, base, refresh };
  } catch (error) {
    throw new Error(`usage: ${usage}; ${(error as Error).message}`, { cause: error });
  }
}

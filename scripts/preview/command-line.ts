import { parseArgs } from "node:util";
import { withUsage } from "../operate/with-usage";
import { usualBase } from "./settings";

/** Arguments of `npm run preview`. */
export interface PreviewOptions {
  /** Named stack; undefined: none is named. */
  stack: string | undefined;
  form: "text" | "markdown" | "json";
  /** Git revision with whose stack file the present one is compared. */
  base: string;
  /** True: a refresh comes first. */
  refresh: boolean;
  /** True: the comparison starts from the repository at the base instead of the running stack. */
  withoutToken: boolean;
}

/** Usage of the command. */
export const usage =
  "npm run preview -- [--stack <name>] [--markdown | --json] [--base <revision>] [--refresh | --without-token]";

/** Parses a command line. @throws Error with the usage for anything else. */
export function parseCommandLine(args: readonly string[]): PreviewOptions {
  const flag = { type: "boolean", default: false } as const;
  const options = {
    stack: { type: "string" },
    base: { type: "string", default: usualBase },
    markdown: flag,
    json: flag,
    refresh: flag,
    "without-token": flag,
  } as const;
  return withUsage(usage, () => {
    const found = parseArgs({ args: [...args], options }).values;
    const { stack, base, markdown, json, refresh, "without-token": withoutToken } = found;
    if (markdown && json)
      throw new Error("--markdown and --json exclude each other; name one of them");
    if (withoutToken && stack === undefined)
      throw new Error("--without-token needs --stack <name>");
    if (withoutToken && refresh) {
      throw new Error("--refresh looks at what is there, which --without-token cannot");
    }
    const form = markdown ? "markdown" : json ? "json" : "text";
    return { stack, form, base, refresh, withoutToken };
  });
}

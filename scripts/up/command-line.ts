import { parseArgs } from "node:util";

/** Words of `pulumi up` that `npm run up` reads; it passes on all words. */
export interface UpWords {
  /** Named stack; undefined: none is named. */
  stack: string | undefined;
  /** Words that choose the settings, such as `--config-file`. */
  settings: string[];
  /** True if the words begin no update on this machine: the help, or an update in Pulumi's service. */
  isElsewhere: boolean;
}

/** Flags of `pulumi up` v3.257.0 with a short form and a value, whose value is no flag itself. */
const withValue = {
  stack: { type: "string", short: "s" },
  "config-file": { type: "string" },
  config: { type: "string", short: "c", multiple: true },
  message: { type: "string", short: "m" },
  parallel: { type: "string", short: "p" },
  target: { type: "string", short: "t", multiple: true },
  exclude: { type: "string", short: "x", multiple: true },
  cwd: { type: "string", short: "C" },
  color: { type: "string" },
  plan: { type: "string" },
  replace: { type: "string", multiple: true },
  "target-replace": { type: "string", multiple: true },
} as const;

/** Reads the words of `pulumi up`. Unknown words are left to the engine, which refuses wrong ones. */
export function upWords(args: readonly string[]): UpWords {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...withValue,
      help: { type: "boolean", short: "h", default: false },
      remote: { type: "boolean", default: false },
    },
    strict: false,
    allowPositionals: true,
  });
  const { stack, "config-file": file, help, remote, cwd } = values;
  return {
    stack: typeof stack === "string" ? stack : undefined,
    settings: typeof file === "string" ? ["--config-file", file] : [],
    // Another directory has another project.
    isElsewhere: help === true || remote === true || cwd !== undefined,
  };
}

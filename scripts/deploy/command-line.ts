import { statSync } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { parseArgs } from "node:util";
import type { Named } from "./stack-file";
import { withUsage } from "../operate/with-usage";

/** Arguments of a command line. */
export interface CommandLine {
  /** Name of the stack; undefined: none is named, or, once it is chosen, the local stack. */
  stack: string | undefined;
  /** True with `--yes`. */
  yes: boolean;
  /** The further word, if any. */
  word: string | undefined;
}

/** Parses `[--stack <name>] [--yes] [word]`. @throws Error with `usage` for further arguments. */
export function parseCommandLine(args: readonly string[], usage: string): CommandLine {
  const options = { stack: { type: "string" }, yes: { type: "boolean", default: false } } as const;
  return withUsage(usage, () => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
    });
    if (positionals.length > 1) throw new Error(`one word at most, got ${positionals.join(" ")}`);
    return { stack: values.stack, yes: values.yes, word: positionals[0] };
  });
}

/**
 * The release that a word of the command line names: a directory, or a URL with its SHA-256 sum.
 *
 * @param from base directory of a relative path in the command line.
 * @param root directory of the stack file, the base of a path in it.
 * @param isBuilt true if a build creates the directory.
 * @throws Error for any other word.
 */
export function namedRelease(
  word: string,
  { from, root, isBuilt }: { from: string; root: string; isBuilt: boolean },
): Named {
  if (/^[a-z]+:\/\//i.test(word)) return fetched(word);
  const path = resolve(from, word);
  if (!isBuilt && !statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(
      "the release must be a directory with the built app, or <https URL of a .tar.gz file>@<SHA-256>, " +
        `got ${JSON.stringify(word)}, which is no directory; build the app`,
    );
  }
  if (isAbsolute(word)) return { path };
  const short = relative(root, path);
  return { path: short.startsWith("..") ? short : `.${sep}${short}` };
}

function fetched(word: string): Named {
  const at = word.lastIndexOf("@");
  const [url, sha256] = [word.slice(0, at), word.slice(at + 1)];
  if (/^https:\/\/[^\s"'\\]+\.(tar\.gz|tgz)$/.test(url) && /^[0-9a-f]{64}$/.test(sha256)) {
    return { url, sha256 };
  }
  throw new Error(
    "a release by its address must be <https URL of a .tar.gz file>@<SHA-256 of 64 hexadecimal digits>, " +
      `got ${JSON.stringify(word)}; print the sum with: sha256sum <file>`,
  );
}

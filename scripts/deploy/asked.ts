import { statSync } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { parseArgs } from "node:util";
import type { Named } from "./stack-file";

/** What a command line asks for. */
export interface Asked {
  /** Name of the stack; undefined is the local one. */
  stack: string | undefined;
  /** True if `--yes` was given. */
  yes: boolean;
  /** The word besides, if there is one. */
  word: string | undefined;
}

/** `[--stack <name>] [--yes] [word]`. @throws Error with `usage` if there is more. */
export function asked(args: readonly string[], usage: string): Asked {
  const options = { stack: { type: "string" }, yes: { type: "boolean", default: false } } as const;
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
    });
    if (positionals.length > 1) throw new Error(`one word at most, got ${positionals.join(" ")}`);
    return { stack: values.stack, yes: values.yes, word: positionals[0] };
  } catch (error) {
    throw new Error(`usage: ${usage}; ${(error as Error).message}`, { cause: error });
  }
}

/**
 * The release that a word of the command line names: a directory, or an address with its sum.
 *
 * @param from directory that a relative path starts at.
 * @param root directory of the stack file, which a path is written for.
 * @param isBuilt whether a build makes the directory.
 * @throws Error if it is neither.
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

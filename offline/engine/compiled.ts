import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { bundledOnce, type BundleOptions } from "../../bundled-once";

/** `text` as one word of a POSIX shell. */
function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * Lays a plugin into `folder` as the engine looks for it: a script `pulumi-resource-<name>`, and
 * its program as one file of JavaScript, which starts in a third of the time. The folder must lie in
 * the repository, whose packages the program loads.
 *
 * @param entry path of the program's `main.ts`.
 * @throws Error if the program does not compile.
 */
export function layOutPlugin(folder: string, name: string, entry: string): void {
  mkdirSync(folder, { recursive: true });
  const options = {
    absWorkingDir: dirname(entry),
    entryPoints: [basename(entry)],
    outdir: dirname(entry),
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node20",
    format: "cjs",
    banner: { js: '"use strict";' },
    logLevel: "silent",
    tsconfigRaw: {},
  } satisfies BundleOptions;
  const [text] = Object.values(bundledOnce(options, join(folder, "kept.json")));
  const program = join(folder, "main.cjs");
  writeFileSync(program, text!);
  const script = join(folder, `pulumi-resource-${name}`);
  const words = [process.execPath, program].map(shellWord);
  const lines = [
    "#!/bin/sh",
    "# Written by offline/engine/compiled.ts each time the engine is prepared; edits are lost.",
    // Node keeps its compiled form of all modules here, compared with their content and its version.
    `export NODE_COMPILE_CACHE=${shellWord(join(folder, "node"))}`,
    `exec ${words.join(" ")} "$@"`,
    "",
  ];
  writeFileSync(script, lines.join("\n"));
  chmodSync(script, 0o755);
}

import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";

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
  const program = join(folder, "main.cjs");
  buildSync({
    entryPoints: [entry],
    outfile: program,
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node20",
    format: "cjs",
    logLevel: "silent",
  });
  const script = join(folder, `pulumi-resource-${name}`);
  const words = [process.execPath, program].map(shellWord);
  const lines = [
    "#!/bin/sh",
    "# Written by offline/engine/compiled.ts each time the engine is prepared; edits are lost.",
    `exec ${words.join(" ")} "$@"`,
    "",
  ];
  writeFileSync(script, lines.join("\n"));
  chmodSync(script, 0o755);
}

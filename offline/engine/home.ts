import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { bundledOnce, type BundleOptions } from "../../bundled-once";
import { type PluginName, pluginNames, type PluginVersions } from "./versions";

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
    "# Written by offline/engine/home.ts each time the engine is prepared; edits are lost.",
    // Node keeps its compiled form of all modules here, compared with their content and its version.
    `export NODE_COMPILE_CACHE=${shellWord(join(folder, "node"))}`,
    `exec ${words.join(" ")} "$@"`,
    "",
  ];
  writeFileSync(script, lines.join("\n"));
  chmodSync(script, 0o755);
}

const offlineFolder = resolve(__dirname, "..");

/** Folder of a plugin inside `plugins`, as the engine looks it up. */
function pluginFolder(name: PluginName, version: string): string {
  return `resource-${name}-v${version}`;
}

/**
 * Makes `home` a private PULUMI_HOME whose only plugins are the stand-ins, and returns it. Real
 * folders, because the engine does not take symbolic links; other versions are removed.
 */
export function layOutHome(home: string, versions: PluginVersions): string {
  const plugins = join(home, "plugins");
  mkdirSync(plugins, { recursive: true, mode: 0o700 });
  const wanted = new Set(pluginNames.map((name) => pluginFolder(name, versions[name])));
  for (const entry of readdirSync(plugins)) {
    if (!wanted.has(entry)) rmSync(join(plugins, entry), { recursive: true, force: true });
  }
  for (const name of pluginNames) {
    const folder = join(plugins, pluginFolder(name, versions[name]));
    layOutPlugin(folder, name, join(offlineFolder, name, "main.ts"));
  }
  withoutLogs(join(home, "logs"));
  // The engine asks no questions where a credentials file exists.
  const credentials = join(home, "credentials.json");
  if (!existsSync(credentials)) writeFileSync(credentials, "{}\n", { mode: 0o600 });
  return home;
}

/**
 * Puts a file in the place of the engine's directory of logs. The engine compresses and encrypts a log of
 * every message, 10 MB for an `up` without a change, which takes 45 % of its processor time, and has no
 * setting against it. Without the directory it writes none. Source: pulumi/pkg v3.257.0 `logging/encrypted.go`,
 * `StartLogging`.
 */
function withoutLogs(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile()) return;
  rmSync(path, { recursive: true, force: true });
  writeFileSync(path, "The engine writes no logs here, see offline/engine/home.ts.\n");
}

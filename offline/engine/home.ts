import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pluginNames, type PluginName, type PluginVersions } from "./versions";

const offlineFolder = resolve(__dirname, "..");

/** `text` as one word of a POSIX shell. */
function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The program that the engine starts for a plugin: Node of this process, and the stand-in. */
export function pluginScript(name: PluginName): string {
  // The CommonJS hook alone starts faster than the whole loader.
  const hook = createRequire(__filename).resolve("tsx/cjs");
  const main = join(offlineFolder, name, "main.ts");
  const words = [process.execPath, "--require", hook, main].map(shellWord);
  return [
    "#!/bin/sh",
    "# Written by offline/engine/home.ts each time the engine is prepared; edits are lost.",
    `exec ${words.join(" ")} "$@"`,
    "",
  ].join("\n");
}

/** Folder of a plugin inside `plugins`, as the engine looks it up. */
export function pluginFolder(name: PluginName, version: string): string {
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
    const script = join(folder, `pulumi-resource-${name}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(script, pluginScript(name));
    chmodSync(script, 0o755);
  }
  // The engine asks no questions where a credentials file exists.
  const credentials = join(home, "credentials.json");
  if (!existsSync(credentials)) writeFileSync(credentials, "{}\n", { mode: 0o600 });
  return home;
}

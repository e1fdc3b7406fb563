import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { layOutPlugin } from "./compiled";
import { pluginNames, type PluginName, type PluginVersions } from "./versions";

const offlineFolder = resolve(__dirname, "..");

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

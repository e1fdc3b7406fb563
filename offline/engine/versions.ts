import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** Provider plugins that the program uses and that have a stand-in. */
export const pluginNames = ["hcloud", "random", "tls"] as const;

/** Name of a provider plugin. */
export type PluginName = (typeof pluginNames)[number];

/** Exact version of each plugin, without a leading `v`, such as `1.41.0`. */
export type PluginVersions = Record<PluginName, string>;

function installedVersion(root: string, name: string): string {
  const file = join(root, "node_modules", "@pulumi", name, "package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

/** Versions that the installed SDKs ask the engine for. */
export function pluginVersions(root: string): PluginVersions {
  const entries = pluginNames.map((name) => [name, installedVersion(root, name)] as const);
  return Object.fromEntries(entries) as PluginVersions;
}

/** Version of Pulumi's own SDK, which has to fit the CLI. */
export function sdkVersion(root: string): string {
  return installedVersion(root, "pulumi");
}

/** Version of the plugin that an SDK asks for: its own. */
export function pluginVersion(name: PluginName): string {
  const sdk = createRequire(__filename)(`@pulumi/${name}/package.json`) as { version: string };
  return sdk.version;
}

/** Numbers of a version such as `1.25.11`, `v3.257.0` or `go1.26rc1`. */
function numbers(version: string): number[] {
  return (/\d+(\.\d+)*/.exec(version)?.[0] ?? "0").split(".").map(Number);
}

/** True if `version` is `wanted` or newer. */
export function isAtLeast(version: string, wanted: string): boolean {
  const have = numbers(version);
  for (const [i, number] of numbers(wanted).entries()) {
    if ((have[i] ?? 0) !== number) return (have[i] ?? 0) > number;
  }
  return true;
}

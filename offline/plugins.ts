import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const fromHere = createRequire(join(__dirname, "plugins.ts"));

/** Plugins that have a stand-in here. */
export const standIns = ["hcloud", "random", "tls"] as const;

/** Version of the plugin that an SDK asks for: its own. */
export function pluginVersion(name: string): string {
  const manifest = fromHere.resolve(`@pulumi/${name}/package.json`);
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}

function script(name: string): string {
  const loader = fromHere.resolve("tsx/dist/loader.mjs");
  const main = join(__dirname, name, "main.ts");
  return `#!/bin/sh\nexec '${process.execPath}' --import '${loader}' '${main}' "$@"\n`;
}

/** Puts the stand-ins where the engine looks for plugins, in a `PULUMI_HOME` of our own. */
export function layOutPlugins(pulumiHome: string): void {
  for (const name of standIns) {
    const folder = join(pulumiHome, "plugins", `resource-${name}-v${pluginVersion(name)}`);
    const path = join(folder, `pulumi-resource-${name}`);
    mkdirSync(folder, { recursive: true });
    const text = script(name);
    if (existsSync(path) && readFileSync(path, "utf8") === text) continue;
    writeFileSync(`${path}.draft`, text);
    chmodSync(`${path}.draft`, 0o755);
    renameSync(`${path}.draft`, path);
  }
}

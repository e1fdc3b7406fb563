import { createRequire } from "node:module";
import type { PluginName } from "./engine/versions";

/** Version of the plugin that an SDK asks for: its own. */
export function pluginVersion(name: PluginName): string {
  const sdk = createRequire(__filename)(`@pulumi/${name}/package.json`) as { version: string };
  return sdk.version;
}

import { resolve } from "node:path";
import { pluginVersions, type PluginName } from "./engine/versions";

/** Version of the plugin that an SDK asks for: its own. */
export function pluginVersion(name: PluginName): string {
  return pluginVersions(resolve(__dirname, ".."))[name];
}

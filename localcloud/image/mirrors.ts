import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Distribution, distributions, type DistributionName } from "./definition";

/** Archives of others for a distribution, such as Docker's. */
const isForeign = /\/linux\//;

/**
 * The mirror of this machine's own package manager: the first `URIs:` line, or `deb` line, of its sources that is not a
 * comment and names the distribution. Undefined if this machine runs another one: mmdebstrap then takes the
 * distribution's own mirror.
 */
export function machineMirror(name: DistributionName, folder = "/etc/apt"): string | undefined {
  const parts = join(folder, "sources.list.d");
  const files = [
    ...(existsSync(parts)
      ? readdirSync(parts)
          .sort()
          .map((part) => join(parts, part))
      : []),
    join(folder, "sources.list"),
  ].filter((file) => existsSync(file));
  for (const file of files) {
    for (const line of readFileSync(file, "utf8").split("\n")) {
      const found = /^URIs:\s*(\S+)/.exec(line) ?? /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)/.exec(line);
      if (found?.[1]?.includes(name) && !isForeign.test(found[1])) return found[1];
    }
  }
  return undefined;
}

/**
 * Arguments of mmdebstrap after the archive: where the packages come from. None: from the distribution's own mirror. A
 * variable, `WEBSTACK_DEBIAN_MIRROR` or `WEBSTACK_UBUNTU_MIRROR`, goes before this machine's own mirror.
 */
export function sourcesOf(
  name: DistributionName,
  mirror = process.env[`WEBSTACK_${name.toUpperCase()}_MIRROR`] ?? machineMirror(name),
): string[] {
  if (mirror === undefined) return [];
  if (name === "debian") return [mirror];
  const { suite, components }: Distribution = distributions[name];
  const pockets = [suite, `${suite}-updates`, `${suite}-security`];
  return pockets.map((pocket) => `deb ${mirror} ${pocket} ${components.join(" ")}`);
}

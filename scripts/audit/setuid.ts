import { spawnSync } from "node:child_process";

const search = ["-xdev", "-type", "f", "-perm", "/6000", "-print"];

/**
 * Set-user-ID and set-group-ID programs of this host, and those of them that belong to no package.
 *
 * @param longestMs longest search, milliseconds.
 */
export function setuidPrograms(longestMs: number): { all: string[]; unpackaged: string[] } {
  // `find` has status 1 when a file vanishes under it.
  const found = spawnSync("find", ["/", ...search], { encoding: "utf8", timeout: longestMs });
  const all = ((found.stdout as string | null) ?? "").split("\n").filter(Boolean);
  return { all, unpackaged: all.filter(hasNoPackage) };
}

/** A package may name `/bin/x` what is `/usr/bin/x`. */
function hasNoPackage(path: string): boolean {
  const names = [path, path.replace(/^\/usr/, "")];
  return names.every((name) => spawnSync("dpkg-query", ["-S", name]).status !== 0);
}

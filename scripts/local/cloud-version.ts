import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { repositoryRoot } from "./paths";

/** Files of the local cloud's program below its directory, sorted, without tests. */
function programFiles(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .filter((path) => path.split(sep)[0] !== "test")
    .sort();
}

/**
 * Version of a local cloud: a SHA-256 digest, in hexadecimal, of its program and of the image from which its hosts
 * boot. A local cloud with another version must be restarted.
 *
 * @param image such as `webstack-host:775873eddf85`.
 */
export function cloudVersion(
  image: string,
  directory = join(repositoryRoot, "localcloud"),
): string {
  const hash = createHash("sha256").update(image);
  for (const path of programFiles(directory)) {
    hash.update(`\0${path}\0`).update(readFileSync(join(directory, path)));
  }
  return hash.digest("hex");
}

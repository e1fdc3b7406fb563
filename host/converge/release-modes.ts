import { chmodSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * Gives everything in a release the modes of a packed one (`release/pack.ts`): 0755 for the directory, those below it and
 * programs, 0644 for other files. An archive of the operator's own has other ones, such as 0700 of `mktemp -d` for `./`,
 * and Nginx, which is not the owner, would answer 403 or 404 to every request. Links are not followed.
 */
export function setReleaseModes(directory: string): void {
  // First, so that the directory can be read.
  chmodSync(directory, 0o755);
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) setReleaseModes(path);
    else if (entry.isFile()) chmodSync(path, statSync(path).mode & 0o100 ? 0o755 : 0o644);
  }
}

import { readFileSync, rmSync, statSync } from "node:fs";

/** In the folder of the supervisor's state: the rest of the file system is read-only for it. */
const usualPath = "/var/lib/webstack-supervisor/override";

/**
 * How long the word holds, milliseconds. One that was not followed by then, because a group came
 * back by itself, must not make a group of one node at the next loss of all.
 */
const holdsMs = 120_000;

/** True if an operator said not long ago that this node is to make the group, whatever is lost. */
export function isOverridden(node: string, path = usualPath): boolean {
  try {
    const ageMs = Date.now() - statSync(path).mtimeMs;
    // A clock that was set back makes the word younger than it is, and even come from later.
    if (ageMs > holdsMs || ageMs < 0) {
      endOverride(path);
      return false;
    }
    return readFileSync(path, "utf8").trim() === node;
  } catch {
    return false;
  }
}

/** Forgets the operator's word, once it was followed. */
export function endOverride(path = usualPath): void {
  rmSync(path, { force: true });
}

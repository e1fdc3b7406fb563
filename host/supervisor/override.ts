import { readFileSync, rmSync } from "node:fs";

/** In the folder of the supervisor's state: the rest of the file system is read-only for it. */
const path = "/var/lib/webstack-supervisor/override";

/** True if an operator said that this node is to make the group, whatever is lost. */
export function isOverridden(node: string): boolean {
  try {
    return readFileSync(path, "utf8").trim() === node;
  } catch {
    return false;
  }
}

/** Forgets the operator's word, once it was followed. */
export function endOverride(): void {
  rmSync(path, { force: true });
}

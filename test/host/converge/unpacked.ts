import { mkdirSync, utimesSync } from "node:fs";
import { join } from "node:path";

/** Makes releases below `root` whose order of age is that of their names, the first the oldest. */
export function unpacked(root: string, ...names: string[]): void {
  names.forEach((name, i) => {
    const folder = join(root, "releases", name);
    mkdirSync(folder, { recursive: true });
    utimesSync(folder, 1_000 + i, 1_000 + i);
  });
}

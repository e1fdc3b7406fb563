import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Absolute path of the checkout. */
export const root = join(__dirname, "..", "..");
const skipped = /(^|\/)(node_modules|dist|\.webstack|\.git|\.next|site-packages)(\/|$)/;

/** Files below a place whose names end so, relative to the root; what is made or downloaded is left out. */
export function filesBelow(place: string, ending: string): string[] {
  return readdirSync(join(root, place), { withFileTypes: true }).flatMap((entry) => {
    const path = join(place, entry.name);
    if (skipped.test(path)) return [];
    if (entry.isDirectory()) return filesBelow(path, ending);
    return entry.name.endsWith(ending) && !path.startsWith("test/") ? [path] : [];
  });
}

/** Every page of the repository. */
export const pages = filesBelow(".", ".md").sort();

/** Text of a file. */
export const textOf = (file: string) => readFileSync(join(root, file), "utf8");

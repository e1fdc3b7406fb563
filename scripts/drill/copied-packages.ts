import { cpSync, existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

interface Manifest {
  dependencies?: Record<string, string>;
}

/**
 * Directories of installed packages and of all their dependencies, relative to `root`, such as `node_modules/ws`. A package is
 * searched as Node.js does, from the directory of its dependent upwards. Packages of types alone are left out.
 *
 * @throws Error that names a package that is not installed.
 */
export function packageFolders(names: readonly string[], root: string): string[] {
  const found = new Set<string>();
  const add = (name: string, dependent: string) => {
    const folder = folderOf(name, dependent, root);
    if (found.has(folder)) return;
    found.add(folder);
    const file = readFileSync(join(root, folder, "package.json"), "utf8");
    for (const other of Object.keys((JSON.parse(file) as Manifest).dependencies ?? {})) {
      if (!other.startsWith("@types/")) add(other, folder);
    }
  };
  for (const name of names) add(name, "");
  return [...found].sort();
}

function folderOf(name: string, dependent: string, root: string): string {
  for (let from = dependent; ; from = dirname(from)) {
    const folder = join(from, "node_modules", name);
    if (existsSync(join(root, folder, "package.json"))) return folder;
    if (from === "" || from === ".") break;
  }
  throw new Error(`the package ${name} must be installed in ${root}, and is not; run: npm ci`);
}

/** Copies installed packages and all their dependencies from `root` into `target`, to the same places. */
export function copyPackages(names: readonly string[], root: string, target: string): void {
  for (const folder of packageFolders(names, root)) {
    cpSync(join(root, folder), join(target, folder), { recursive: true });
  }
}

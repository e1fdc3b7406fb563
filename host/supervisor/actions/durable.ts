import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = "/var/lib/webstack-supervisor";

/** Reads what was kept under that name, or null. */
export function readDurable<T>(name: string): T | null {
  try {
    return JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as T;
  } catch {
    return null;
  }
}

/** Puts a value on disk: when this returns it survives a loss of power. */
export function writeDurable(name: string, value: unknown): void {
  mkdirSync(folder, { recursive: true });
  const draft = join(folder, `${name}.draft`);
  writeFileSync(draft, JSON.stringify(value), { flush: true });
  renameSync(draft, join(folder, `${name}.json`));
}

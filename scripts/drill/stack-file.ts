import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { repositoryRoot } from "../local/paths";

/** Settings of a stack file by key, such as `webstack:app`. */
export type StackSettings = Record<string, Record<string, unknown> | undefined>;

const stackFile = join(repositoryRoot, "Pulumi.local.yaml");

/**
 * Lets `work` edit the local stack's file; afterwards, also if a signal ends the process, the file is
 * restored.
 */
export async function withStackFile<T>(
  work: (edit: (change: (settings: StackSettings) => void) => void) => Promise<T>,
): Promise<T> {
  const before = readFileSync(stackFile, "utf8");
  const restore = () => writeFileSync(stackFile, before);
  process.once("exit", restore);
  try {
    return await work((change) => {
      const file = parse(before) as { config: StackSettings };
      change(file.config);
      writeFileSync(stackFile, stringify(file));
    });
  } finally {
    process.off("exit", restore);
    restore();
  }
}

import { waitUntil } from "../../rolling/wait-until";
import { npmRun } from "./npm-run";

/** Overrides on the node, once no app node reports any more that it reaches the former primary. */
export async function overrideOn(node: string): Promise<void> {
  const ended = async () => {
    await npmRun("db:override", node, "--yes");
    return true;
  };
  await waitUntil("the override", ended, { timeoutSeconds: 120, intervalMs: 3_000 });
}

import { parseArgs } from "node:util";
import { chosenStack } from "./operate/chosen-stack";
import { pruning } from "./prune/pruning";
import { knownHistories, readHistory, refusedUnproved } from "./prune/history";
import { removePlanned, removerOf, pruningLines } from "./prune/remove-planned";
import { SftpRemover } from "./prune/removers";
import { backupsOf, retentionOf } from "./restore/bucket";
import { readingStore } from "./restore/operator-store";

const options = {
  plan: { type: "boolean", default: false },
  unproved: { type: "boolean", default: false },
  stack: { type: "string" },
} as const;

/** `npm run backups:prune [-- --plan] [--unproved] [--stack S]`: deletes backups that are older than the retention. */
async function main(): Promise<void> {
  const { plan: planOnly, unproved, stack: named } = parseArgs({ options }).values;
  const stack = chosenStack(named, planOnly ? {} : { dangerous: "npm run backups:prune" });
  const { target, root } = backupsOf(stack, undefined);
  const retention = retentionOf(stack);
  const remover = planOnly ? undefined : removerOf(target, stack, "target");
  const store = readingStore(target);
  for (const timeline of await knownHistories(store, root)) {
    const nowMs = Date.now();
    const aged = pruning(await readHistory(store, root, timeline), retention, nowMs);
    const judged = { store, root, timeline, nowMs };
    const made = unproved ? aged : await refusedUnproved(aged, judged);
    for (const line of pruningLines(timeline, made)) console.log(line);
    if (made.refused !== "") process.exitCode = 1;
    if (made.refused !== "" || !remover) continue;
    await removePlanned(remover, { root, timeline, made });
    console.log("done");
  }
  if (remover instanceof SftpRemover) {
    const count = await remover.removeAbandoned(Date.now());
    if (count > 0) console.log(`deleted     ${count} uploads that did not end`);
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

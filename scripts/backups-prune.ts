import { parseArgs } from "node:util";
import { keys } from "../host/archiver/chain/manifest";
import { chosenStack } from "./operate/chosen-stack";
import { prunerOf } from "./prune/credentials";
import { type Pruning, pruning } from "./prune/pruning";
import { readHistory } from "./prune/read-history";
import { Remover } from "./prune/remover";
import { SftpRemover } from "./prune/sftp-remover";
import { backupsOf, retentionOf } from "./restore/bucket";
import { type DeskTarget, deskStore, sftpConnection } from "./restore/desk-store";
import { timelines } from "./restore/read-chain";

const options = {
  plan: { type: "boolean", default: false },
  stack: { type: "string" },
} as const;

function say(timeline: string, made: Pruning): void {
  console.log(`history     ${timeline}`);
  for (const { id, why, reachesEnd } of made.keep) {
    const reach = reachesEnd ? "" : ", its own moment alone";
    console.log(`keeps       base ${id} (${why.join(", ")})${reach}`);
  }
  for (const { id, why } of made.keepDumps) {
    console.log(`keeps       dump ${id} (${why.join(", ")})`);
  }
  if (made.refused !== "") return console.log(`REFUSED     nothing is deleted: ${made.refused}`);
  for (const id of made.bases) console.log(`deletes     base ${id}`);
  for (const id of made.dumps) console.log(`deletes     dump ${id}`);
  const { links, data, parts, dumpParts, throughLink } = made;
  const through = links.length > 0 ? ` (up to ${throughLink})` : "";
  console.log(
    `deletes     ${links.length} links${through}, ${data.length} segments, ${parts.length} parts of bases, ${dumpParts.length} of dumps`,
  );
}

/** What deletes: an access key of its own for a bucket. SFTP has no such right, so its key is that which reads. */
function removerOf(target: DeskTarget, stack: string | undefined): Remover | SftpRemover {
  if (!("sftp" in target)) {
    return new Remover(prunerOf(target, stack, process.env), () => new Date());
  }
  return new SftpRemover(sftpConnection(target), target.sftp.path);
}

/** `npm run backups:prune [-- --plan] [--stack S]`: deletes backups that are older than they are to be kept. */
async function main(): Promise<void> {
  const { plan: planOnly, stack: named } = parseArgs({ options }).values;
  const stack = chosenStack(named, planOnly ? {} : { dangerous: "npm run backups:prune" });
  const { target, root } = backupsOf(stack, undefined);
  const retention = retentionOf(stack);
  const remover = planOnly ? undefined : removerOf(target, stack);
  const store = deskStore(target);
  for (const timeline of await timelines(store, root)) {
    const made = pruning(await readHistory(store, root, timeline), retention, Date.now());
    say(timeline, made);
    if (made.refused !== "") process.exitCode = 1;
    if (made.refused !== "" || !remover) continue;
    // What makes an object count goes before it: whatever breaks off here leaves a whole archive.
    await remover.remove(made.bases.map((id) => keys.base(root, timeline, id)));
    await remover.remove(made.links.map((number) => keys.link(root, timeline, number)));
    await remover.remove(made.dumps.map((id) => keys.dump(root, timeline, id)));
    const content = [...made.data, ...made.parts, ...made.dumpParts];
    await remover.remove(content.map((key) => `${root}/${key}`));
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

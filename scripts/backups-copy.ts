import { placeProblems } from "../config/backup-target";
import { type CopyOptions, parseCommandLine } from "./copy/command-line";
import { copyAll } from "./copy/copy-all";
import { pruneCopy } from "./copy/prune-copy";
import { chosenStack } from "./operate/chosen-stack";
import { removerOf } from "./prune/remove-planned";
import { SftpRemover } from "./prune/removers";
import { backupsOf, retentionOf } from "./restore/bucket";
import { operatorStore } from "./restore/operator-store";
import { RetriedStore } from "./restore/retried-store";

const say = (line: string) => console.log(line);

function fail(line: string): void {
  console.log(line);
  process.exitCode = 1;
}

async function copy(stack: string | undefined, options: CopyOptions): Promise<void> {
  const { target, root } = backupsOf(stack, undefined);
  const second = backupsOf(stack, undefined, "copy").target;
  // Variables may name another folder than the stack file.
  const [problem] = placeProblems({ ...target }, { ...second });
  if (problem !== undefined) throw new Error(problem);
  const [from, to] = [operatorStore(target), operatorStore(second)];
  const { planOnly, prune, verify, mostBehindSeconds } = options;
  // A missing access key must fail before hours of copying.
  const remover = prune && !planOnly ? removerOf(second, stack, "copy") : undefined;
  if (!planOnly) {
    const nowMs = () => Date.now();
    const done = await copyAll({ from, to }, { root, verify, mostBehindSeconds, say, nowMs });
    for (const fault of done.faults) fail(`ERROR       ${fault}`);
    if (!done.behind) fail("ends        nowhere: no history has a base yet");
    else if (done.behind.isTooFar) fail(done.behind.line);
    else say(done.behind.line);
  }
  if (!prune) return;
  const nowMs = Date.now();
  const retention = retentionOf(stack);
  const read = { from: new RetriedStore(from), to: new RetriedStore(to) };
  if (!(await pruneCopy({ ...read, root, retention, remover, nowMs, say }))) process.exitCode = 1;
  if (remover instanceof SftpRemover) await remover.removeAbandoned(nowMs);
}

/**
 * `npm run backups:copy [-- --stack S] [--verify] [--most-behind SECONDS] [--prune [--plan]]`: copies the backups from
 * `backups.target` to `backups.copy`.
 */
async function main(): Promise<void> {
  const options = parseCommandLine(process.argv.slice(2));
  const changes = options.prune && !options.planOnly;
  await copy(
    chosenStack(options.stack, changes ? { dangerous: "npm run backups:copy" } : {}),
    options,
  );
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

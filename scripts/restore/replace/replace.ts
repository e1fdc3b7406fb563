import { outputsOf } from "../../operate/operated-stack";
import { inspectAloud } from "../inspect";
import { bytesOf, checkRoom } from "../room";
import { runningPrimary } from "../tables/running-primary";
import type { InContainer } from "../with-restored";
import { inMaintenance, restoreCommand } from "./in-maintenance";
import { dropAll, loadAll } from "./load-all";
import { lostLine } from "./lost";
import { isOfApp, stampAt } from "./record";
import { HalfReplaced, swap } from "./swap";
import { undoable, undoReplace } from "./undo";

/**
 * Puts a restored database in place of the data of a running stack, whose site is in maintenance meanwhile.
 *
 * @throws Error if a table is damaged, a node lacks room, or a step fails; the stack then serves its former data,
 *   or is in maintenance if the message says so.
 */
export async function replaceAll(
  { server, restored }: Pick<InContainer, "server" | "restored">,
  stack: string | undefined,
  say: (line: string) => void,
): Promise<void> {
  await inspectAloud(server, say);
  const running = await runningPrimary(stack);
  const [present = ""] = await running.query("SELECT REPLACE(@@GLOBAL.gtid_executed, '\\n', '')");
  say(lostLine(present, restored.gtids));
  await checkRoom(outputsOf(stack), await bytesOf(server, ({ schema }) => isOfApp(schema)));
  const stamp = stampAt(new Date());
  const undo = restoreCommand(`--undo-replace ${stamp}`, stack);
  const work = async () => {
    say(`loads all tables on ${running.node}, the primary`);
    const incoming = await loadAll({ copy: server, running, stamp, say });
    say(`exchanges   the data, as ${stamp}; if this command dies from here on:`);
    say(`  ${undo}`);
    await swap({ running, incoming, stamp, say }).catch(async (error: Error) => {
      if (error instanceof HalfReplaced) throw error;
      const loaded = incoming.map((each) => each.loaded);
      await dropAll(running, loaded, say);
      throw error;
    });
    say(`replaced    ${stamp}; the restored data is in place`);
    say(`  ${undo}    # puts the former data back`);
    say(`  ${restoreCommand(`--drop-replaced ${stamp}`, stack)}   # drops it, for good`);
  };
  await inMaintenance({ stack, say, work, done: `the data is replaced (${stamp})` });
}

/** Undoes a replacement, as {@link replaceAll} does it. */
export async function undoAll(
  undone: string,
  stack: string | undefined,
  say: (line: string) => void,
): Promise<void> {
  const running = await runningPrimary(stack);
  await undoable(running, undone);
  const stamp = stampAt(new Date());
  const work = async () => {
    say(`exchanges   the data, as ${stamp}; if this command dies from here on:`);
    say(
      `  ${restoreCommand(`--undo-replace ${stamp}`, stack)}    # or ${undone}, if it is unknown`,
    );
    await undoReplace({ running, undone, stamp, say });
    say(`undone      ${undone}; what was in place until now is kept as ${stamp}`);
  };
  await inMaintenance({ stack, say, work, done: `the replacement of ${undone} is undone` });
}

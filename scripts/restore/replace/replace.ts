import { localStackName } from "../../local/stack-name";
import { endMaintenance, startMaintenance } from "../../operate/maintenance";
import { outputsOf } from "../../operate/operated-stack";
import type { StackOutputs } from "../../operate/outputs";
import { runOnNode } from "../../operate/ssh";
import { withTurn } from "../../operate/with-turn";
import { inspectAloud } from "../inspect";
import { runningPrimary } from "../tables/running-primary";
import type { InContainer } from "../with-restored";
import { dropAll, loadAll } from "./load-all";
import { lostLine } from "./lost";
import { isOfApp, stampAt } from "./record";
import { HalfReplaced, swap } from "./swap";
import { undoReplace } from "./undo";

/** Room that a node needs beside the tables and their binary log, bytes. */
const spareBytes = 1e9;

/** Words that name a stack in a command. */
function stackWords(stack: string | undefined): string {
  return stack === undefined ? "" : ` --stack ${stack}`;
}

/** The same with the consent to change all data of it. */
function consentWords(stack: string | undefined): string {
  return `${stackWords(stack)} --yes-replace ${stack ?? localStackName}`;
}

/**
 * Puts a restored database in place of the data of a running stack, whose site is in maintenance meanwhile.
 *
 * @throws Error if a table is damaged, a node lacks room, or a step fails; the stack then serves its former data,
 *   or is in maintenance if the message says so.
 */
export async function replaceAll(
  { server, restored }: InContainer,
  stack: string | undefined,
  say: (line: string) => void,
): Promise<void> {
  await inspectAloud(server, say);
  const outputs = outputsOf(stack);
  const running = await runningPrimary(stack);
  const [present = ""] = await running.query("SELECT REPLACE(@@GLOBAL.gtid_executed, '\\n', '')");
  say(lostLine(present, restored.gtids));
  await checkRoom(outputs, await bytesOf(server));
  const stamp = stampAt(new Date());
  await inMaintenance(stack, stamp, say, async () => {
    say(`loads all tables on ${running.node}, the primary`);
    const incoming = await loadAll({ copy: server, running, stamp, say });
    await swap({ running, incoming, stamp, say }).catch(async (error: Error) => {
      if (error instanceof HalfReplaced) throw error;
      await dropAll(
        running,
        incoming.map(({ loaded }) => loaded),
        say,
      );
      throw error;
    });
  });
  const words = consentWords(stack);
  say(`replaced    ${stamp}; the app serves the restored data`);
  say(`  npm run db:restore -- --undo-replace ${stamp}${words}    # puts the former data back`);
  say(`  npm run db:restore -- --drop-replaced ${stamp}${words}   # drops it, for good`);
}

/** Undoes a replacement, as {@link replaceAll} does it. */
export async function undoAll(
  undone: string,
  stack: string | undefined,
  say: (line: string) => void,
): Promise<void> {
  const running = await runningPrimary(stack);
  const stamp = stampAt(new Date());
  await inMaintenance(stack, stamp, say, () => undoReplace({ running, undone, stamp, say }));
  say(`undone      ${undone}; what was in place until now is kept as ${stamp}`);
}

/** Works with the stack's turn while its site is in maintenance, which ends afterwards. */
async function inMaintenance(
  stack: string | undefined,
  stamp: string,
  say: (line: string) => void,
  work: () => Promise<void>,
): Promise<void> {
  const off = `npm run maintenance -- off${stackWords(stack)}`;
  // Ctrl-C reaches the children, whose failure puts the data into a known state; this process must see to that.
  const ignored = (["SIGINT", "SIGTERM"] as const).map((signal) => {
    const before = process.listeners(signal);
    const wait = () => say("ends once the data is in a known state");
    process.removeAllListeners(signal).on(signal, wait);
    return () => {
      process.off(signal, wait);
      for (const each of before) process.on(signal, each);
    };
  });
  try {
    await withTurn(
      () => outputsOf(stack),
      "npm run db:restore",
      async () => {
        await startMaintenance(outputsOf(stack));
        say(`maintenance the site answers 503; if this command dies: ${off}`);
        try {
          await work();
        } catch (error) {
          if (!(error instanceof HalfReplaced)) throw await ended(stack, error as Error, off);
          const words = consentWords(stack);
          throw new Error(
            `${error.message}; the site stays in maintenance; put the former data back with: npm run db:restore -- --undo-replace ${stamp}${words}`,
            { cause: error },
          );
        }
        await endMaintenance(outputsOf(stack));
        say("maintenance is over");
      },
    );
  } finally {
    for (const restore of ignored) restore();
  }
}

/** Ends the maintenance after a failure; returns the failure. */
async function ended(stack: string | undefined, error: Error, off: string): Promise<Error> {
  try {
    await endMaintenance(outputsOf(stack));
    return error;
  } catch (second) {
    const { message } = second as Error;
    return new Error(`${error.message}; the maintenance did not end (${message}): ${off}`, {
      cause: error,
    });
  }
}

/** Size of all tables of the app, bytes. */
async function bytesOf(server: InContainer["server"]): Promise<number> {
  const rows = await server.query(
    "SET SESSION information_schema_stats_expiry = 0; " +
      "SELECT TABLE_SCHEMA, SUM(DATA_LENGTH + INDEX_LENGTH) FROM information_schema.TABLES WHERE TABLE_TYPE = 'BASE TABLE' GROUP BY 1",
  );
  return rows.reduce((sum, row) => {
    const [schema = "", bytes] = row.split("\t");
    return isOfApp(schema) ? sum + Number(bytes) : sum;
  }, 0);
}

/** @throws Error that names each database node without room for the tables and as much binary log. */
async function checkRoom(outputs: StackOutputs, bytes: number): Promise<void> {
  const needed = 2 * bytes + spareBytes;
  const command = `sudo df --output=avail -B1 "$(sudo mysql -BNe 'SELECT @@datadir')" | tail -n 1`;
  const nodes = outputs.nodes.filter(({ role }) => role === "db");
  const faults = await Promise.all(
    nodes.map(async ({ name }) => {
      const free = Number(await runOnNode(outputs, name, command));
      const gb = (value: number) => `${(value / 1e9).toFixed(1)} GB`;
      return free >= needed ? [] : [`${name} has ${gb(free)} free, ${gb(needed)} are needed`];
    }),
  );
  const all = faults.flat();
  if (all.length > 0) {
    throw new Error(`${all.join("; ")}; make room, for example with --drop-replaced`);
  }
}

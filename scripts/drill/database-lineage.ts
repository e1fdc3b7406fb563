import { setTimeout as pause } from "node:timers/promises";
import { heal, inject } from "../local/faults";
import { query } from "../operate/databases";
import type { StackOutputs } from "../operate/outputs";
import { waitForGroup } from "./database-state";
import { waitForWrites } from "./database-load";
import { type Members, watched } from "./database-watch";
import type { Drill, Measured } from "./drill";

/** Table that the lost transaction creates; the group's own transaction with that number creates none. */
const table = "app.given_again";
/** Longest time until a partitioned node ends its membership by itself, milliseconds. */
const minorityMs = 20_000;
/**
 * Distance of the lost transaction's number from the node's last one. The primary may have committed a few more before it
 * died, which this node accepted and did not learn of; their numbers are not free.
 */
const beyond = 20;
/** Time for the new group to reuse the number, milliseconds. */
const writesMs = 5_000;

/** Writes a transaction on one node alone, as if it came from the primary that just died. */
async function lose(outputs: StackOutputs, node: string): Promise<void> {
  const [executed] = await query(outputs, node, "SELECT REPLACE(@@gtid_executed, '\\n', '')");
  const [, uuid, last] = /^([0-9a-f-]+):1-(\d+)/.exec(executed ?? "") ?? [];
  if (!uuid || !last) throw new Error(`${node} has no transactions from 1 on, but ${executed}`);
  const statements = [
    "STOP GROUP_REPLICATION",
    "SET GLOBAL offline_mode = OFF",
    "SET GLOBAL super_read_only = OFF",
    `SET gtid_next = '${uuid}:${Number(last) + beyond}'`,
    `CREATE TABLE ${table} (id INT PRIMARY KEY)`,
    "SET gtid_next = 'AUTOMATIC'",
  ];
  await query(outputs, node, statements.join("; "));
}

/** A secondary with a transaction that no other node has rejoins after the group reused the number. */
async function givenAgain({ primary, secondaries, outputs, mark }: Members): Promise<void> {
  const [other, last] = secondaries as [string, string];
  const dark = await Promise.all(
    [primary, other].map((server) => inject({ fault: "power-off", server })),
  );
  await pause(minorityMs);
  await lose(outputs, last);
  const lost = await inject({ fault: "power-off", server: last });
  mark("all lost");
  for (const id of dark) await heal(id);
  await waitForWrites(outputs, 120);
  await pause(writesMs);
  mark("the last one back");
  await heal(lost);
  await waitForGroup(outputs, 300);
  const left = await query(outputs, last, `SHOW TABLES FROM app LIKE '${table.split(".")[1]}'`);
  if (left.length > 0) throw new Error(`${last} still has the transaction that was lost`);
}

/** A power failure of all nodes after a last transaction that only one node has. */
async function lostNumber(outputs: StackOutputs): Promise<Measured> {
  const watch = { watchMs: 0, backSeconds: 300, reads: false };
  const measured = await watched(outputs, watch, givenAgain);
  const broken = measured.broken ?? 0;
  return { ...measured, failed: broken, moves: 0 };
}

/** Faults after which one GTID names two transactions. */
export const lineageDrills: readonly Drill[] = [
  {
    id: "F34b",
    title: "a number of a lost transaction is given again",
    boundMs: 120_000,
    moves: [0, 0],
    failed: 0,
    run: lostNumber,
  },
];

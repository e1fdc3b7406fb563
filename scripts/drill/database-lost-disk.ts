import { waitUntil } from "../../rolling/wait-until";
import { heal, inject } from "../local/faults";
import { type DatabaseState, databaseStates, primaryOf } from "../operate/databases";
import type { StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";
import { type MinorityRun, runMinority, watchedMinority } from "./database-restart";
import type { Members } from "./database-watch";
import type { Drill, Measured } from "./drill";

/** Number of writes that only the second primary and the node with the lost disk have. */
const writesOfSecond = 150;
/** Time for which the remaining nodes must stay without a group, milliseconds. */
const leftMs = 30_000;
/** Longest time to initialize MySQL again, milliseconds. */
const anewMs = 120_000;

/**
 * Script that turns a node into a replaced server: MySQL without data, MySQL's root over the socket as in the
 * distribution, and a supervisor without records. The creation of root writes no transaction.
 */
const emptied = `set -e
systemctl stop webstack-supervisor mysql
systemctl reset-failed mysql || true
find /var/lib/mysql /var/lib/webstack-supervisor -mindepth 1 -delete
init=$(mktemp -p /var/lib/mysql-files)
echo "INSTALL PLUGIN auth_socket SONAME 'auth_socket.so'; ALTER USER root@localhost IDENTIFIED WITH auth_socket;" >$init
chown mysql:mysql $init
mysqld --initialize-insecure --user=mysql --super-read-only=OFF --init-file=$init
rm -f $init
systemctl start mysql webstack-supervisor`;

/** Empties the data and the supervisor's records of a database node. */
export async function loseDisk(outputs: StackOutputs, node: string): Promise<void> {
  const encoded = Buffer.from(emptied).toString("base64");
  await runOnNode(outputs, node, `echo ${encoded} | base64 -d | sudo bash`, anewMs);
}

/** Waits for another primary with enough acknowledged writes; returns its name. */
async function secondPrimary({ outputs, secondaries, ledger }: Members): Promise<string> {
  const elected = async () => {
    const found = primaryOf(await databaseStates(outputs));
    return found !== undefined && secondaries.includes(found) ? found : undefined;
  };
  const primary = await waitUntil("another primary", elected, { timeoutSeconds: 30 });
  const acknowledged = () => ledger.writes.filter(({ result }) => result === "acknowledged").length;
  const before = acknowledged();
  const enough = () => acknowledged() - before >= writesOfSecond || undefined;
  await waitUntil(`${writesOfSecond} writes`, enough, { timeoutSeconds: 60 });
  return primary;
}

/** Waits until a node reports that it waits for another one. */
async function waitUntilReported(
  outputs: StackOutputs,
  node: string,
  other: string,
): Promise<void> {
  const isReported = async () => {
    const states = await databaseStates(outputs);
    const isFounded = (state: DatabaseState | undefined) => state?.member?.state === "ONLINE";
    // A group exists already, so no node waits; the acknowledged writes of that group count as the failure.
    if ([...states.values()].some(isFounded)) return true;
    const waiting = states.get(node)?.waiting ?? "no answer";
    if (!waiting.includes(other)) throw new Error(`${node} waits: ${waiting}`);
    return true;
  };
  await waitUntil(`${node} waiting for ${other}`, isReported, { timeoutSeconds: 60 });
}

/**
 * The last primary is off, one node has lost its disk, and the first primary comes back: two of
 * three nodes, but only one of them with records, and it lacks the last writes.
 */
async function withoutMemory(members: Members, notes: string[]): Promise<MinorityRun> {
  const { primary: first, secondaries, outputs, mark } = members;
  const firstOff = await inject({ fault: "power-off", server: first });
  const last = await secondPrimary(members);
  const lost = secondaries.find((name) => name !== last)!;
  const lastOff = await inject({ fault: "power-off", server: last });
  mark(`disk of ${lost} lost`);
  await loseDisk(outputs, lost);
  await heal(firstOff);
  mark(`${first} is back`);
  await waitUntilReported(outputs, first, last);
  const held = await runMinority(members, lastOff, leftMs, async () => {
    const states = await databaseStates(outputs);
    for (const name of [first, lost]) {
      const { member, waiting } = states.get(name) ?? {};
      notes.push(`${name} after ${leftMs / 1000} s: ${waiting || member?.state || "no answer"}`);
    }
  });
  return held;
}

/** A disk lost between two power failures. */
async function lostDisk(outputs: StackOutputs): Promise<Measured> {
  const notes: string[] = [];
  const part = "a node without its disk and one without the last writes";
  const measured = await watchedMinority(outputs, part, (members) => withoutMemory(members, notes));
  return { ...measured, notes: [...notes, ...(measured.notes ?? [])] };
}

/** Faults after which a node comes back without data. */
export const lostDiskDrills: readonly Drill[] = [
  {
    id: "F50",
    title: "a node without its disk is not counted",
    boundMs: 120_000,
    moves: [0, 0],
    failed: 0,
    run: lostDisk,
  },
];

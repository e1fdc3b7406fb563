import { waitUntil } from "../../rolling/wait-until";
import {
  askSupervisor,
  type DatabaseState,
  databaseStates,
  query,
  servingPrimaryOf,
} from "../operate/databases";
import { runOnNode } from "../operate/ssh";
import { cloudServers } from "../local/cloud";
import type { StackOutputs } from "../operate/outputs";
import type { Load } from "./database-load";
import type { Ledger } from "./ledger";

/**
 * Waits until all database nodes are ONLINE members of one group with a primary that takes writes; returns the primary's
 * name. One group matters, because a node alone in a group of its own is an ONLINE member too.
 */
export function waitForGroup(outputs: StackOutputs, timeoutSeconds: number): Promise<string> {
  return waitUntil(
    "every database node an ONLINE member",
    async () => {
      const states = await databaseStates(outputs);
      const lines = [...states].map(([name, state]) =>
        [name, state?.member?.state ?? "-", `of ${state?.members.join("+")}`, state?.waiting].join(
          " ",
        ),
      );
      const isWhole = (state: DatabaseState | undefined) =>
        state?.member?.state === "ONLINE" && state.members.length === states.size;
      if (![...states.values()].every(isWhole)) throw new Error(lines.join(", "));
      return servingPrimaryOf(states);
    },
    { timeoutSeconds, intervalMs: 500 },
  );
}

/** Time between two attempts to reach a node that may still boot, milliseconds. */
const bootMs = 3_000;

/**
 * Waits until a node reports that it is an ONLINE member. The node polls itself, in one SSH session: on a machine
 * that all hosts share, repeated sessions would take processor time from the measured load.
 */
export async function waitForMember(
  outputs: StackOutputs,
  node: string,
  timeoutSeconds: number,
): Promise<void> {
  const isOnline = `${askSupervisor("/state")} | grep -q '"state":"ONLINE"'`;
  const command = `until ${isOnline}; do sleep 0.5; done`;
  const wait = () => runOnNode(outputs, node, command, timeoutSeconds * 1_000);
  await waitUntil(`${node} an ONLINE member`, wait, { timeoutSeconds, intervalMs: bootMs });
}

/** Longest wait for a member to apply another one's transactions, seconds. */
const applySeconds = 30;

/** Broken promises of a ledger on all members, which must also have the same entries. */
export async function brokenWrites(outputs: StackOutputs, ledger: Ledger): Promise<string[]> {
  const nodes = databaseNames(outputs);
  const sql = `SELECT text FROM app.entry WHERE text LIKE 'ledger ${ledger.run} %' ORDER BY id`;
  const executed = await Promise.all(
    nodes.map((node) => query(outputs, node, "SELECT REPLACE(@@gtid_executed, '\\n', '')")),
  );
  // A member is asked once it has applied every transaction of all members.
  const wait = `DO WAIT_FOR_EXECUTED_GTID_SET('${executed.flat().join(",")}', ${applySeconds})`;
  const answers = await Promise.all(nodes.map((node) => query(outputs, node, `${wait}; ${sql}`)));
  const different = nodes.filter((_, i) => answers[i]!.join("\n") !== answers[0]!.join("\n"));
  return [
    ...nodes.flatMap((node, i) => ledger.brokenBy(node, answers[i]!)),
    ...different.map((node) => `${node} has other entries than ${nodes[0]}`),
  ];
}

/** Broken promises of ledger and bank on all members. The books are read after the entries, so they are as complete. */
export async function brokenPromises(
  outputs: StackOutputs,
  { ledger, bank, door }: Pick<Load, "ledger" | "bank" | "door">,
): Promise<string[]> {
  const nodes = databaseNames(outputs);
  const writes = await brokenWrites(outputs, ledger);
  const books = await Promise.all(nodes.map((node) => door.books(node)));
  return [
    ...writes,
    ...bank.wrongSums,
    ...nodes.flatMap((node, i) => bank.brokenBy(node, books[i]!)),
  ];
}

function databaseNames({ nodes }: StackOutputs): string[] {
  return nodes.filter(({ role }) => role === "db").map(({ name }) => name);
}

/**
 * Fixed part of the id of a member's view; another value means that the group was bootstrapped again.
 * Undefined for a node without a view.
 */
export async function groupOf(outputs: StackOutputs, node: string): Promise<string | undefined> {
  const sql =
    "SELECT VIEW_ID FROM performance_schema.replication_group_member_stats WHERE MEMBER_ID = @@server_uuid";
  const [viewId = ""] = await query(outputs, node, sql);
  return viewId.split(":")[0] || undefined;
}

/** Names of all servers of the stack. */
export async function serverNames(): Promise<string[]> {
  return (await cloudServers()).map(({ name }) => name);
}

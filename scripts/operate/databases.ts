import { setTimeout as pause } from "node:timers/promises";
import { handOverCommand } from "../../services/supervisor/supervisor-ports";
import * as rolling from "../../rolling/node-states";
import { hostsOf } from "./hosts";
import type { StackOutputs } from "./outputs";
import { runOnNode } from "./ssh";

export {
  askSupervisor,
  type DatabaseState,
  primaryOf,
  servingPrimaryOf,
  whyNotServing,
} from "../../rolling/node-states";

/** States of all database nodes; undefined for a supervisor that does not answer. */
export function databaseStates(outputs: StackOutputs) {
  return rolling.databaseStates(hostsOf(outputs));
}

/** Pause before the states are asked for again if no primary takes writes, milliseconds: longer than a switch. */
const switchMs = 3_000;

/** The states that `look` finds; asked for twice if no primary takes writes, because a switch may be under way. */
export async function settledStates(
  look: () => ReturnType<typeof databaseStates>,
  pauseMs = switchMs,
): ReturnType<typeof databaseStates> {
  const states = await look();
  if (rolling.servingPrimaryOf(states) !== undefined) return states;
  await pause(pauseMs);
  return look();
}

/** Rows of a query on a node, as MySQL's root; tabs separate the columns. */
export async function query(
  outputs: StackOutputs,
  node: string,
  sql: string,
  timeoutMs = 90_000,
): Promise<string[]> {
  const encoded = Buffer.from(sql).toString("base64");
  const command = `echo ${encoded} | base64 -d | sudo mysql --batch --raw --skip-column-names`;
  const answer = await runOnNode(outputs, node, command, timeoutMs);
  return answer.split("\n").filter((line) => line !== "");
}

/** Asks the primary's supervisor to hand the role over; true once it has. */
function handOver(outputs: StackOutputs, primary: string, to: string): Promise<boolean> {
  return runOnNode(outputs, primary, `sudo ${handOverCommand({ to })}`, 90_000).then(
    () => true,
    () => false,
  );
}

/** Longest wait for a new primary to take writes after its switch, milliseconds, and the pause between two checks. */
const [servingMs, checkMs] = [10_000, 300];

/**
 * The primary that takes writes, once it is the node that a switch named; after ten seconds whichever it is.
 *
 * @param look asks for the present states.
 */
export async function servingAfter(
  to: string,
  look: () => ReturnType<typeof databaseStates>,
  longestMs = servingMs,
): Promise<string | undefined> {
  const end = performance.now() + longestMs;
  for (;;) {
    const found = rolling.servingPrimaryOf(await look());
    if (found === to || performance.now() >= end) return found;
    await pause(checkMs);
  }
}

/** Makes a member the primary; resolves once it is. @throws Error if the node is not a member, or not ONLINE. */
export async function switchPrimary(outputs: StackOutputs, to: string): Promise<void> {
  const states = await databaseStates(outputs);
  if (states.get(to)?.member?.state !== "ONLINE") {
    const online = [...states].filter(([, state]) => state?.member?.state === "ONLINE");
    const names = online.map(([name]) => name).join(", ") || "none";
    throw new Error(`the new primary must be an ONLINE member (${names}), got ${to}`);
  }
  const primary = rolling.primaryOf(states);
  if (primary === to) return;
  if (primary && (await handOver(outputs, primary, to))) return;
  // A supervisor that does not answer cannot let writes wait; MySQL makes the switch all the same.
  const address = outputs.nodes.find(({ name }) => name === to)!.privateIp;
  const member = `(SELECT MEMBER_ID FROM performance_schema.replication_group_members WHERE MEMBER_HOST = '${address}')`;
  await query(outputs, to, `SET @to = ${member}; SELECT group_replication_set_as_primary(@to)`);
}

import { z } from "zod";
import { controlSocket } from "../../services/supervisor/supervisor-ports";
import type { StackOutputs } from "./outputs";
import { runOnNode } from "./ssh";

const stateShape = z.looseObject({
  ready: z.boolean(),
  majority: z.boolean(),
  member: z.looseObject({ state: z.string(), role: z.string() }).nullable(),
  members: z.array(z.string()).default([]),
  gtid: z.string(),
  lastView: z.looseObject({ primary: z.string() }).nullable(),
  // A supervisor from before an update does not say it.
  dataAgeMs: z.number().default(0),
  waiting: z.string(),
});

/** What the supervisor of a database node says. */
export type DatabaseState = z.infer<typeof stateShape>;

/** Command that asks the supervisor of a database node, as root there; fails if it does not answer 200. */
export function askSupervisor(path: "/state" | "/health"): string {
  return `sudo curl -sfm 3 --unix-socket ${controlSocket} http://supervisor${path}`;
}

/** What every database node's supervisor says; undefined where none answers. */
export async function databaseStates(
  outputs: StackOutputs,
): Promise<Map<string, DatabaseState | undefined>> {
  const nodes = outputs.nodes.filter(({ role }) => role === "db");
  const states = await Promise.all(
    nodes.map(async ({ name }) => {
      const answer = await runOnNode(outputs, name, askSupervisor("/state")).catch(() => undefined);
      return [name, answer && stateShape.parse(JSON.parse(answer))] as const;
    }),
  );
  return new Map(states.map(([name, state]) => [name, state || undefined]));
}

/** The node that is the primary of a majority, or undefined. One that is cut off still calls itself so. */
export function primaryOf(states: ReadonlyMap<string, DatabaseState | undefined>) {
  const isPrimary = (state: DatabaseState | undefined) =>
    state?.majority && state.member?.state === "ONLINE" && state.member.role === "PRIMARY";
  return [...states].find(([, state]) => isPrimary(state))?.[0];
}

/** Rows of a query on a node, as its root; columns separated by tabs. */
export async function query(outputs: StackOutputs, node: string, sql: string): Promise<string[]> {
  const encoded = Buffer.from(sql).toString("base64");
  const command = `echo ${encoded} | base64 -d | sudo mysql --batch --raw --skip-column-names`;
  const answer = await runOnNode(outputs, node, command, 90_000);
  return answer.split("\n").filter((line) => line !== "");
}

/** Makes a member the primary; resolves when it is. @throws Error if it is none, or not ONLINE. */
export async function switchPrimary(outputs: StackOutputs, to: string): Promise<void> {
  const states = await databaseStates(outputs);
  if (states.get(to)?.member?.state !== "ONLINE") {
    const online = [...states].filter(([, state]) => state?.member?.state === "ONLINE");
    const names = online.map(([name]) => name).join(", ") || "none";
    throw new Error(`the new primary must be an ONLINE member (${names}), got ${to}`);
  }
  const address = outputs.nodes.find(({ name }) => name === to)!.privateIp;
  const member = `(SELECT MEMBER_ID FROM performance_schema.replication_group_members WHERE MEMBER_HOST = '${address}')`;
  await query(outputs, to, `SET @to = ${member}; SELECT group_replication_set_as_primary(@to)`);
}

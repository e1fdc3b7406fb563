import { z } from "zod";
import { controlSocket } from "../services/supervisor/supervisor-ports";
import type { Hosts } from "./hosts";

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
  hosts: Hosts,
): Promise<Map<string, DatabaseState | undefined>> {
  const nodes = hosts.nodes.filter(({ role }) => role === "db");
  const states = await Promise.all(
    nodes.map(async ({ name }) => {
      const answer = await hosts.run(name, askSupervisor("/state")).catch(() => undefined);
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

import { z } from "zod";
import { controlSocket } from "../services/supervisor/supervisor-ports";
import type { HostNode, Hosts } from "./hosts";

const stateShape = z.looseObject({
  ready: z.boolean(),
  majority: z.boolean(),
  member: z.looseObject({ state: z.string(), role: z.string() }).nullable(),
  members: z.array(z.string()).default([]),
  gtid: z.string(),
  lastView: z.looseObject({ primary: z.string() }).nullable(),
  // A supervisor of an earlier version does not report this field.
  dataAgeMs: z.number().default(0),
  waiting: z.string(),
  // A supervisor of an earlier version does not report these two.
  servesWrites: z.boolean().optional(),
  noWrites: z.string().optional(),
  // A supervisor of an earlier version reports neither its list of nodes nor its electorate.
  list: z.array(z.string()).optional(),
  electorate: z
    .looseObject({ members: z.array(z.string()), next: z.array(z.string()).optional() })
    .nullish(),
  certificate: z.looseObject({ epoch: z.number() }).nullish(),
  binlog: z.looseObject({ text: z.string(), isProblem: z.boolean() }).optional(),
});

/** State of a database node, as its supervisor reports it. */
export type DatabaseState = z.infer<typeof stateShape>;

/** Command, for root on a database node, that queries the supervisor; fails unless the answer is 200. */
export function askSupervisor(path: "/state" | "/health"): string {
  return `sudo curl -sfm 3 --unix-socket ${controlSocket} http://supervisor${path}`;
}

/** States of all database nodes; undefined for a supervisor that does not answer. */
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

type States = ReadonlyMap<string, DatabaseState | undefined>;

/**
 * The primary with a quorum, or undefined; one that takes writes comes first. A partitioned primary still reports
 * itself as primary.
 */
export function primaryOf(states: States): string | undefined {
  return servingPrimaryOf(states) ?? [...states].find(([, state]) => isPrimary(state))?.[0];
}

/** The primary that takes writes, or undefined. Of a supervisor of an earlier version any primary counts. */
export function servingPrimaryOf(states: States): string | undefined {
  // A primary whose MySQL answers late takes writes, and reports no member.
  return [...states].find(([, state]) => state?.servesWrites ?? isPrimary(state))?.[0];
}

function isPrimary(state: DatabaseState | undefined): boolean {
  const { majority, member } = state ?? {};
  return majority === true && member?.state === "ONLINE" && member.role === "PRIMARY";
}

/** Why a primary takes no writes; undefined if it takes them, or if the node is no ONLINE primary. */
export function whyNotServing({
  member,
  servesWrites,
  noWrites,
}: DatabaseState): string | undefined {
  const isRole = member?.state === "ONLINE" && member.role === "PRIMARY";
  return isRole && servesWrites === false ? noWrites || "for no known reason" : undefined;
}

const curl = "curl -sfo /dev/null -m 5";
/** Command that checks the app. An app need not have the sample app's path; 5xx means that no process is ready. */
const appAnswers =
  "code=$(curl -so /dev/null -m 5 -w '%{http_code}' http://127.0.0.1:3000/readyz) && [ $code -lt 500 ]";

/** Command that checks a node's health on the node itself; as in the node's bundle. */
const healthCommand: Record<HostNode["role"], string> = {
  lb: `${curl} http://127.0.0.1:80/-/edge`,
  web: `${curl} http://127.0.0.1:80/healthz`,
  app: appAnswers,
  db: askSupervisor("/health"),
};

/** Names of the nodes that are not healthy or do not answer. */
export async function outOfService(hosts: Hosts): Promise<string[]> {
  const answers = hosts.nodes.map(async (node) => {
    return hosts.run(node.name, healthCommand[node.role]).then(
      () => [],
      () => [node.name],
    );
  });
  return (await Promise.all(answers)).flat();
}

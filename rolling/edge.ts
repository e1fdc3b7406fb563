import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { HostNode, Hosts } from "./hosts";
import { missingCertificates, missingText } from "./certificates";
import { waitUntil } from "./wait-until";

/** A load balancer's report on the certificates that it orders or copies. */
export const certificatesShape = z.looseObject({
  orders: z.boolean(),
  names: z.record(
    z.string(),
    z.looseObject({
      isOwn: z.boolean().optional(),
      validFrom: z.string().optional(),
      validUntil: z.string().optional(),
      renewAfter: z.string().optional(),
      issuer: z.string().optional(),
      awaits: z.string().optional(),
      warning: z.string().optional(),
      lastFailure: z.string().optional(),
      nextTry: z.string().optional(),
    }),
  ),
});

type Certificates = z.infer<typeof certificatesShape>;
type Name = Certificates["names"][string];

/** A line for each load balancer and name; none for a stack without a certificate authority. */
export function certificateLines(
  states: ReadonlyMap<string, { certificates?: Certificates | undefined } | undefined>,
): string[] {
  return [...states].flatMap(([node, state]) =>
    Object.entries(state?.certificates?.names ?? {}).map(
      ([name, one]) => `${node}  ${name}  ${nameWords(one)}`,
    ),
  );
}

function nameWords(one: Name): string {
  const { validUntil, renewAfter, issuer, awaits, warning, lastFailure, nextTry, isOwn } = one;
  const renewed = isOwn ? "to be replaced by an operator after" : "renewed after";
  const held =
    validUntil === undefined
      ? ["no certificate yet"]
      : [`certificate of ${issuer} until ${validUntil}, ${renewed} ${renewAfter}`];
  const again = nextTry === undefined ? "" : `; asked again after ${nextTry}`;
  return [
    ...held,
    ...(awaits === undefined ? [] : [`waits: ${awaits}`]),
    ...(warning === undefined ? [] : [`warning: ${warning}`]),
    ...(lastFailure === undefined ? [] : [`last failure: ${lastFailure}${again}`]),
  ].join("; ");
}

const stateShape = z.looseObject({
  healthy: z.boolean(),
  draining: z.boolean(),
  mover: z
    .looseObject({
      vrrp: z.string().optional(),
      vrrpSince: z.string(),
      holds: z.boolean(),
      heldSince: z.string().optional(),
      why: z.string().optional(),
      watching: z.boolean(),
      recentMoves: z.number(),
      apiFailures: z.number(),
      apiFailure: z.string().optional(),
    })
    .optional(),
  certificates: certificatesShape.optional(),
});

/** State of a load balancer, as it reports it. */
export type EdgeState = z.infer<typeof stateShape>;

/** Drain time, milliseconds: responses ask clients to reconnect for as long as an idle connection may live. */
const drainMs = 10_000;

function edge(hosts: Hosts, node: string, words: string): Promise<string> {
  return hosts.run(node, `sudo node /usr/local/lib/webstack/edge.js ${words}`);
}

/**
 * Asks a load balancer's ACME client for new certificates, whatever the age of the present ones; no name stands for
 * all. @throws Error for a name that the authority is not asked for, or words that are no host names.
 */
export async function requestRenewal(
  hosts: Hosts,
  node: string,
  names: readonly string[],
): Promise<void> {
  const bad = names.filter((name) => !/^(\*\.)?[a-z0-9][a-z0-9.-]*$/i.test(name));
  if (bad.length > 0) throw new Error(`not a host name: ${bad.join(", ")}`);
  // The remote shell must not expand a wildcard.
  await edge(hosts, node, ["renew", ...names.map((name) => `'${name}'`)].join(" "));
}

/** Names of the load balancers. */
export function loadBalancers({
  nodes,
}: {
  nodes: readonly Pick<HostNode, "name" | "role">[];
}): string[] {
  return nodes.filter(({ role }) => role === "lb").map(({ name }) => name);
}

/** States of all load balancers; undefined for one that does not answer. */
export async function edgeStates(hosts: Hosts): Promise<Map<string, EdgeState | undefined>> {
  const states = await Promise.all(
    loadBalancers(hosts).map(async (name) => {
      const answer = await edge(hosts, name, "status").catch(() => undefined);
      return [name, answer ? stateShape.parse(JSON.parse(answer)) : undefined] as const;
    }),
  );
  return new Map(states);
}

/**
 * The load balancer that reports that it has the floating IP; undefined if none does. A standby that had the address
 * learns only from its next read that the master has taken it, so the master's report comes first.
 */
export function holderOf(states: ReadonlyMap<string, EdgeState | undefined>): string | undefined {
  const holders = [...states].filter(([, state]) => state?.mover?.holds);
  return (holders.find(([, state]) => state?.mover?.vrrp === "MASTER") ?? holders[0])?.[0];
}

function apiFailed({ apiFailures, apiFailure }: NonNullable<EdgeState["mover"]>): string {
  const reason = apiFailure === undefined ? "" : `: ${apiFailure}`;
  return `API failed ${apiFailures} times in a row${reason}`;
}

/** One line about a load balancer, for an operator. */
export function edgeLine(name: string, state: EdgeState | undefined): string {
  if (!state) return `${name}  does not answer`;
  const { mover, healthy, draining } = state;
  const vrrp = `${mover?.vrrp ?? "unknown"} since ${mover?.vrrpSince ?? "-"}`;
  const holds = mover?.holds
    ? `has the address since ${mover.heldSince}: ${mover.why}`
    : "does not have the address";
  const more = [
    healthy ? "HAProxy healthy" : "HAProxy NOT healthy",
    ...(draining ? ["draining"] : []),
    ...(mover?.watching ? ["master, but leaves the address where it serves"] : []),
    ...(mover?.apiFailures ? [apiFailed(mover)] : []),
  ];
  return [`${name}  ${holds}`, vrrp, ...more].join("; ");
}

/**
 * Moves the floating IP from its present node to the other one: the present node drains its clients,
 * then keepalived's roles change, then one call moves the floating IP. If the other node is master already and only left
 * the address where it is, no roles change.
 *
 * @throws Error before any change if the other node could not take over.
 */
export async function switchEdge(
  hosts: Hosts,
  from: string,
  to: string,
  say: (text: string) => void,
): Promise<void> {
  const states = await edgeStates(hosts);
  const target = states.get(to);
  const isMaster = target?.mover?.vrrp === "MASTER" && target.mover.watching;
  if (!target?.healthy || !(isMaster || target.mover?.vrrp === "BACKUP")) {
    throw new Error(`${to} must be a healthy standby; ${edgeLine(to, target)}`);
  }
  const lacking = missingCertificates(states, Date.now()).find(({ node }) => node === to);
  if (lacking) throw new Error(missingText(lacking));
  try {
    await edge(hosts, from, "drain on");
    say(`${from} asks its clients to come back on new connections, ${drainMs / 1000} s`);
    await pause(drainMs);
    // A standby must know the order before it becomes master; a master carries it out at once.
    if (!isMaster) await edge(hosts, to, "take");
    await edge(hosts, from, "step-down on");
    if (isMaster) await edge(hosts, to, "take");
    await waitUntil(
      `${to} having the address`,
      async () => {
        const states = await edgeStates(hosts);
        if (holderOf(states) !== to) throw new Error(edgeLine(to, states.get(to)));
        return true;
      },
      { timeoutSeconds: 15, intervalMs: 200 },
    );
  } finally {
    await edge(hosts, from, "step-down off");
    await edge(hosts, from, "drain off");
  }
}

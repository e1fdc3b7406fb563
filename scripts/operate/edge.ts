import * as rolling from "../../rolling/edge";
import { waitUntil } from "../../rolling/wait-until";
import { requestRenewal } from "../../rolling/edge";
import { hostsOf } from "./hosts";
import type { StackOutputs } from "./outputs";

export { edgeLine, type EdgeState, holderOf } from "../../rolling/edge";

/** Names of the load balancers. */
export function loadBalancers({ nodes }: Pick<StackOutputs, "nodes">): string[] {
  return rolling.loadBalancers({ nodes });
}

/** States of all load balancers; undefined for one that does not answer. */
export function edgeStates(outputs: StackOutputs) {
  return rolling.edgeStates(hostsOf(outputs));
}

/** Why visitors are not served at the floating IP, as far as the load balancers tell; undefined if they are. */
export function edgeFault(
  states: ReadonlyMap<string, rolling.EdgeState | undefined>,
): string | undefined {
  const holder = rolling.holderOf(states);
  if (holder === undefined) return "no load balancer says that it has the address";
  if (states.get(holder)?.healthy) return undefined;
  return `${holder} has the address, and its HAProxy is not healthy`;
}

/** Moves the floating IP to the other load balancer. @throws Error if that one could not take over. */
export function switchEdge(
  outputs: StackOutputs,
  from: string,
  to: string,
  say: (text: string) => void,
): Promise<void> {
  return rolling.switchEdge(hostsOf(outputs), from, to, say);
}

/** Longest wait, seconds: an order takes at most 180 s, and the other load balancer asks every 10 s. */
const renewedSeconds = 240;

type States = Awaited<ReturnType<typeof edgeStates>>;

/** Start of validity of each name's certificate on a load balancer. */
function startsOn(states: States, node: string): Map<string, string | undefined> {
  const names = states.get(node)?.certificates?.names ?? {};
  return new Map(Object.entries(names).map(([name, { validFrom }]) => [name, validFrom]));
}

/** The asked names whose certificate is still the one from before, on any load balancer that answers. */
function unrenewed(before: ReadonlyMap<string, string | undefined>, states: States): string[] {
  return [...before].flatMap(([name, from]) =>
    [...states.keys()].flatMap((node) => {
      if (states.get(node) === undefined) return [];
      const now = startsOn(states, node).get(name);
      if (now !== undefined && now !== from) return [];
      const failure = states.get(node)?.certificates?.names[name]?.lastFailure;
      return [`${name} on ${node}${failure === undefined ? "" : ` (${failure})`}`];
    }),
  );
}

/**
 * Orders new certificates now, whatever the age of the present ones, and waits until each load balancer that answers
 * has them.
 *
 * @param holder load balancer with the address, which is the one that orders.
 * @param names names of certificates; empty: all.
 * @param say told the names that are ordered.
 * @returns what the load balancers report at the end.
 * @throws Error that names what is missing after 240 s.
 */
export async function renewCertificates(
  outputs: StackOutputs,
  holder: string,
  names: readonly string[],
  say: (line: string) => void = () => undefined,
): Promise<States> {
  const all = startsOn(await edgeStates(outputs), holder);
  await requestRenewal(hostsOf(outputs), holder, names);
  const before = new Map([...all].filter(([name]) => names.length === 0 || names.includes(name)));
  say(`${holder} orders ${[...before.keys()].join(", ")}`);
  const renewed = async () => {
    const states = await edgeStates(outputs);
    const missing = unrenewed(before, states);
    if (missing.length === 0) return states;
    throw new Error(`not yet: ${missing.join("; ")}; a name gets at most one certificate an hour`);
  };
  return waitUntil("new certificates on each load balancer", renewed, {
    ...{ timeoutSeconds: renewedSeconds, intervalMs: 2_000 },
  });
}

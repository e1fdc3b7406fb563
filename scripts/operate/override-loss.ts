import { countOf } from "../../host/supervisor/core/gtid";
import { type DatabaseState, primaryOf } from "./databases";
import { seenThroughAny, type Way } from "./override";

/** What an operator is to know before a node makes a group of its own. */
export interface Sight {
  /** Name of the node that is to make the group. */
  node: string;
  /** What is seen through each load balancer. */
  ways: readonly Way[];
  /** Names of the other nodes that this node reaches itself. */
  reached: readonly string[];
}

type States = ReadonlyMap<string, DatabaseState | undefined>;

/** Number of transactions that `other` has and `own` has not. */
export function beyond(own: string, other: string): number {
  return countOf(`${own},${other}`) - countOf(own);
}

/**
 * Why nothing may be overridden, as far as it is seen from outside; undefined if nothing is. The
 * node's own supervisor is asked besides: it sees more.
 */
export function refusal({ node, ways }: Sight): string | undefined {
  const states = seenThroughAny(ways);
  const primary = primaryOf(states);
  if (primary) return `${primary} is the primary; there is nothing to override`;
  const member = [...states].find(
    ([, state]) => state?.majority && state.member?.state === "ONLINE",
  )?.[0];
  if (member) return `${member} is in a group with a majority; there is nothing to override`;
  return states.get(node) ? undefined : `the supervisor of ${node} does not answer`;
}

/** The node that has most beyond this one, among those that are seen. */
function bestKnown(node: string, states: States): { name: string; count: number } | undefined {
  const own = states.get(node)?.gtid ?? "";
  return [...states]
    .filter(([name]) => name !== node)
    .flatMap(([name, state]) => (state ? [{ name, count: beyond(own, state.gtid) }] : []))
    .sort((a, b) => b.count - a.count)[0];
}

function nodeLine(name: string, { node, ways, reached }: Sight, states: States): string {
  const state = states.get(name);
  if (state) return `${name} has   ${state.gtid || "nothing"}`;
  const through = ways.map((way) => way.through).join(", ");
  const by = reached.includes(name)
    ? `, but ${node} reaches its host: what ${name} says counts, and it may serve`
    : `, and ${node} does not reach it either`;
  return `${name} has   unknown: not seen through ${through}${by}`;
}

/** What is seen, and what would be lost, in lines for the operator. */
export function lossLines(sight: Sight): string[] {
  const { node, ways } = sight;
  const states = seenThroughAny(ways);
  const others = [...states.keys()].filter((name) => name !== node);
  const unseen = others.filter((name) => !states.get(name));
  const best = bestKnown(node, states);
  const known = best
    ? `As far as it is known, ${best.count} transactions would be lost, which ${best.name} has beyond ${node}.`
    : `No other node is seen: how many transactions would be lost is not known.`;
  const last = states.get(node)?.lastView?.primary ?? "unknown";
  return [
    ...[node, ...others].map((name) => nodeLine(name, sight, states)),
    `last primary: ${last}${unseen.includes(last) ? ", which is not seen: it has every acknowledged write" : ""}`,
    known,
    ...(unseen.length > 0
      ? [`What only ${unseen.join(" and ")} ${unseen.length > 1 ? "have" : "has"} is lost too.`]
      : []),
    `What others have beyond ${node} is lost when they come back.`,
  ];
}

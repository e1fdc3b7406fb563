import { countOf } from "../../host/supervisor/core/gtid";
import { type DatabaseState, primaryOf } from "./databases";
import { seenThroughAny, type Way } from "./override";

/** Facts for the operator before a node bootstraps a new group. */
export interface OverrideFacts {
  /** Name of the node to bootstrap the group. */
  node: string;
  /** States of the database nodes through each load balancer. */
  ways: readonly Way[];
  /** Names of the other database nodes that the node itself reaches. */
  reached: readonly string[];
}

type States = ReadonlyMap<string, DatabaseState | undefined>;

/** Number of transactions in `other` that `own` lacks. */
export function missingCount(own: string, other: string): number {
  return countOf(`${own},${other}`) - countOf(own);
}

/**
 * Reason to refuse an override, as far as the states show one; undefined if none. The node's own supervisor,
 * which sees more, also decides: it alone knows whether a majority confirms the node's group.
 */
export function refusal({ node, ways }: OverrideFacts): string | undefined {
  const states = seenThroughAny(ways);
  const primary = primaryOf(states);
  if (primary === node) return undefined;
  if (primary) {
    return `${primary} is the primary; if it serves no writes, run npm run db:override -- ${primary}, or stop MySQL there first`;
  }
  const member = [...states].find(
    ([, state]) => state?.majority && state.member?.state === "ONLINE",
  )?.[0];
  if (member) return `${member} is in a group with a majority; there is nothing to override`;
  return states.get(node) ? undefined : `the supervisor of ${node} does not answer`;
}

/** The answering node with the most transactions that the given node lacks. */
function bestKnown(node: string, states: States): { name: string; count: number } | undefined {
  const own = states.get(node)?.gtid ?? "";
  return [...states]
    .filter(([name]) => name !== node)
    .flatMap(([name, state]) => (state ? [{ name, count: missingCount(own, state.gtid) }] : []))
    .sort((a, b) => b.count - a.count)[0];
}

function nodeLine(name: string, { node, ways, reached }: OverrideFacts, states: States): string {
  const state = states.get(name);
  if (state) return `${name} has   ${state.gtid || "nothing"}`;
  const through = ways.map((way) => way.through).join(", ");
  const by = reached.includes(name)
    ? `, but ${node} reaches its host: what ${name} says counts, and it may serve`
    : `, and ${node} does not reach it either`;
  return `${name} has   unknown: not seen through ${through}${by}`;
}

/** Lines for the operator: the states of the nodes, and the transactions that an override would lose. */
export function lossLines(facts: OverrideFacts): string[] {
  const { node, ways } = facts;
  const states = seenThroughAny(ways);
  const others = [...states.keys()].filter((name) => name !== node);
  const unseen = others.filter((name) => !states.get(name));
  const best = bestKnown(node, states);
  const known = best
    ? `As far as it is known, ${best.count} transactions would be lost, which ${best.name} has beyond ${node}.`
    : `No other node is seen: how many transactions would be lost is not known.`;
  const last = states.get(node)?.lastView?.primary ?? "unknown";
  return [
    ...[node, ...others].map((name) => nodeLine(name, facts, states)),
    `last primary: ${last}${unseen.includes(last) ? ", which is not seen: it has every acknowledged write" : ""}`,
    known,
    ...(unseen.length > 0
      ? [`What only ${unseen.join(" and ")} ${unseen.length > 1 ? "have" : "has"} is lost too.`]
      : []),
    `What others have beyond ${node} is lost when they come back.`,
  ];
}

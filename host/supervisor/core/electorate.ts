import { isLater, type LastView } from "./certificate";

/**
 * The nodes over which majorities are counted. A node's list of nodes changes with its settings, on one node after the
 * other. The electorate changes only by steps that a confirmed primary records, each known to a majority before the next:
 * from the members to both lists, and from both lists to the new one. So any two majorities of successive electorates
 * share a node. The rule is that of Raft's joint consensus: https://raft.github.io/raft.pdf, section 6.
 */
export interface Electorate {
  /** Names of the nodes. */
  members: readonly string[];
  /** Names of the nodes that are to be the members: a majority is one of both lists then. Absent: no change is under way. */
  next?: readonly string[];
  /** View of the primary that recorded this electorate; null: a node recorded the list that it was configured with. */
  by: LastView | null;
  /** Rises with each step: 0 to 2^48 - 1. */
  step: number;
}

/** Lists of names; a majority needs more than half of each. */
export type Lists = readonly (readonly string[])[];

/** What has an electorate. null: the node has none; absent: its supervisor is of an earlier release. */
export interface Electing {
  electorate?: Electorate | null;
}

/**
 * The lists over which the node counts majorities.
 *
 * @param nodes names of all nodes, as configured: they count where no electorate was recorded.
 */
export function listsOf({ electorate }: Electing, nodes: readonly string[]): Lists {
  if (!electorate) return [nodes];
  const { members, next } = electorate;
  return next ? [members, next] : [members];
}

/** Every name of the lists, once. */
export function allOf(lists: Lists): string[] {
  return [...new Set(lists.flat())];
}

/** True if the names are more than half of each list. */
export function isMajorityOf(names: readonly string[], lists: Lists): boolean {
  return lists.every(
    (list) => list.filter((name) => names.includes(name)).length * 2 > list.length,
  );
}

/** True if the second one has a later electorate. A node without one cannot be compared: it counts by its own list. */
export function isBehind(one: Electing, other: Electing): boolean {
  const [a, b] = [one.electorate, other.electorate];
  if (!a || !b) return false;
  return isLater(b.by, a.by) || (!isLater(a.by, b.by) && b.step > a.step);
}

/** True if both have the same electorate. */
export function isSameElectorate(one: Electing, other: Electing): boolean {
  return !!one.electorate && !!other.electorate && !isBehind(one, other) && !isBehind(other, one);
}

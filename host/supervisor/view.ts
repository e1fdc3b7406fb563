/** State of a member as Group Replication says it. */
export type MemberState = "ONLINE" | "RECOVERING" | "OFFLINE" | "ERROR" | "UNREACHABLE";

/** The last view of the group that a node was part of. */
export interface LastView {
  /** Name of the primary in it. */
  primary: string;
  /** Fixed part of the view id: it rises with each bootstrap. */
  epoch: string;
  /** Counter of the view id within the epoch. */
  counter: number;
}

/** What one database node says of itself. */
export interface NodeState {
  node: string;
  /** MySQL answers, and its users are there. */
  ready: boolean;
  member: { state: MemberState; role: "PRIMARY" | "SECONDARY" | "" } | null;
  /** Transactions executed or received, as MySQL writes a GTID set. */
  gtid: string;
  lastView: LastView | null;
  /** True while super_read_only is off. */
  writable: boolean;
  /** True if more than half of the members of the view can be reached. */
  majority: boolean;
  /** Age of the oldest transaction that waits to be applied, milliseconds. */
  lagMs: number;
  /** What the supervisor waits for, in words. */
  waiting: string;
}

/** True if the view is later than the other one. */
export function isLater(a: LastView | null, b: LastView | null): boolean {
  if (!a || !b) return a !== null;
  if (a.epoch !== b.epoch) return BigInt(a.epoch) > BigInt(b.epoch);
  return a.counter > b.counter;
}

/** The latest of all views, or null. */
export function latestView(states: readonly NodeState[]): LastView | null {
  return states.reduce<LastView | null>(
    (latest, { lastView }) => (isLater(lastView, latest) ? lastView : latest),
    null,
  );
}

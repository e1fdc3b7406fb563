import type { AppMove } from "../policy/app-moves";

/** State of a member as Group Replication says it. */
export type MemberState = "ONLINE" | "RECOVERING" | "OFFLINE" | "ERROR" | "UNREACHABLE";

/**
 * Who is the primary, on disk. Only the primary itself says so, and only once its disk has all that
 * was acknowledged before it; the others take over what it says.
 */
export interface LastView {
  /** Name of the primary in it. */
  primary: string;
  /** Fixed part of the view id: it rises with each bootstrap. */
  epoch: string;
  /** Counter of the view id within the epoch. */
  counter: number;
  /** Rises with each change of the primary that leaves the view id as it is: a planned switch. */
  turn: number;
}

/** A group that data has been in, from its making on. */
export interface Ancestor {
  /** Epoch of the group; a name of its own as long as it is not known to be there. */
  epoch: string;
  /** GTID set of the node that made it, as it made it. */
  founding: string;
}

/**
 * The groups that data has been in, oldest first, the present one last. It is kept with the data: a
 * copy has that of its donor. A group gives numbers again that were given to transactions which its
 * maker did not have, so a GTID says which transaction it is only together with this.
 */
export type Lineage = readonly Ancestor[];

/** What one database node says of itself. */
export interface NodeState {
  node: string;
  /** MySQL answers, and its users are there. */
  ready: boolean;
  member: { state: MemberState; role: "PRIMARY" | "SECONDARY" | "" } | null;
  /** Names of the members of the view that it is in, unreachable ones too. */
  members: string[];
  /** Names of nodes that its XCom tries to connect to in vain, the removed ones too. */
  connectingTo: string[];
  /** Names of others that its XCom may try to connect to. */
  maybeConnectingTo: string[];
  /** Names of nodes that its XCom does not hear, and that should not come in yet. */
  notReading: string[];
  /** Transactions executed or received, as MySQL writes a GTID set. */
  gtid: string;
  /** True if a copy of another node's data was begun and has not ended: there is no data. */
  cloneIncomplete: boolean;
  lastView: LastView | null;
  /** Fixed part of the id of the view that it is in, or null. */
  epoch: string | null;
  /** Empty if it was never written down. */
  lineage: Lineage;
  /** True while super_read_only is off. */
  writable: boolean;
  /** True if more than half of the members of the view can be reached. */
  majority: boolean;
  /** Name of the primary that its view has and can reach; else empty. @default not said, as before an update. */
  onlinePrimary?: string;
  /** Longest time for which it may lack something that was acknowledged, milliseconds. */
  dataAgeMs: number;
  /** True if the disk of the data is nearly full. */
  diskFull: boolean;
  /** True if that disk has next to no room at all. */
  diskSpent: boolean;
  /** How long its disk makes a commit take, milliseconds; 0: not known. */
  commitMs: number;
  /** How long ago each app node asked it for its role, milliseconds, by address. */
  asked: Record<string, number>;
  /** Moves of the primary that app nodes asked for, as far as it knows. @default not said, as before an update. */
  appMoves?: readonly AppMove[];
  /** True, also on disk, if it was the only node and no other has been let into its group since. */
  sole: boolean;
  /** What the supervisor waits for, in words. */
  waiting: string;
}

/** True if it is a member of a group, one that still catches up too. */
export function isInGroup({ member }: NodeState): boolean {
  return member?.state === "ONLINE" || member?.state === "RECOVERING";
}

/** True if it is a member, or was one until its own end: database and users are there. */
export function wasMember(member: NodeState["member"]): boolean {
  return member?.state === "ONLINE" || member?.state === "ERROR";
}

/** True if the view is later than the other one. */
export function isLater(a: LastView | null, b: LastView | null): boolean {
  if (!a || !b) return a !== null;
  if (a.epoch !== b.epoch) return BigInt(a.epoch) > BigInt(b.epoch);
  return a.counter > b.counter || (a.counter === b.counter && a.turn > b.turn);
}

/** True if the two name different primaries and neither is later. */
export function isRival(a: LastView | null, b: LastView | null): boolean {
  return a !== null && b !== null && a.primary !== b.primary && !isLater(a, b) && !isLater(b, a);
}

/**
 * What a primary puts on disk; undefined if it says nothing new.
 *
 * @param heard a view of a peer: after a switch that came right upon a change of the view, the
 * former primary and the new one name themselves in the same rank. The one that is it now says so
 * again in a higher one; without that neither would be known to a majority.
 */
export function ownView(
  self: string,
  seen: { primary: string; epoch: string; counter: number },
  before: LastView | null,
  heard: LastView | null = null,
): LastView | undefined {
  if (seen.primary !== self) return undefined;
  if (before === null || isLater({ ...seen, turn: 0 }, { ...before, turn: 0 })) {
    return { ...seen, turn: 0 };
  }
  const same = before.epoch === seen.epoch && before.counter === seen.counter;
  const isDoubted = before.primary !== self || isRival(heard, before);
  return same && isDoubted ? { ...seen, turn: before.turn + 1 } : undefined;
}

/**
 * True if so many nodes have put on disk that this node is the primary that any majority knows it
 * after a loss of all. Before, a write that it acknowledges could be forgotten with it.
 */
export function isConfirmed(
  self: NodeState,
  peers: readonly NodeState[],
  nodeCount: number,
): boolean {
  const own = self.lastView;
  if (own?.primary !== self.node) return false;
  const knowing = peers.filter(
    ({ lastView }) => lastView?.primary === self.node && !isLater(own, lastView),
  );
  return (1 + knowing.length) * 2 > nodeCount;
}

/** A view as parameters of a query. */
export function viewQuery(view: LastView | null): string {
  if (!view) return "";
  const { primary, epoch, counter, turn } = view;
  const parts = { primary, epoch, counter: String(counter), turn: String(turn) };
  return new URLSearchParams(parts).toString();
}

/** The view in a query's parameters, or null. */
export function viewOf(query: URLSearchParams): LastView | null {
  const [primary, epoch] = [query.get("primary") ?? "", query.get("epoch") ?? ""];
  const [counter, turn] = [Number(query.get("counter")), Number(query.get("turn"))];
  const fits = primary !== "" && /^\d+$/.test(epoch) && counter > 0 && turn >= 0;
  return fits ? { primary, epoch, counter, turn } : null;
}

/** The primaries of the latest views; more than one if it cannot be told who was the last. */
export function latestPrimaries(states: readonly NodeState[]): string[] {
  const views = states.flatMap(({ lastView }) => lastView ?? []);
  const latest = views.filter((view) => !views.some((other) => isLater(other, view)));
  return [...new Set(latest.map(({ primary }) => primary))];
}

import { type Certificate, isLater, type LastView, type Vote } from "./certificate";
import type { Lineage } from "./ancestor";
import type { Electorate } from "./electorate";

/** How many app nodes asked for a move: more than half of those that send checks, or fewer. */
export type Callers = "most" | "few";

/** A move of the primary because app nodes did not reach it. */
export interface AppMove {
  /** View that the move ended, as `epoch:counter:turn`. No two moves end the same view. */
  ended: string;
  callers: Callers;
  /** Age of the move, milliseconds: relative, so that no clock of another machine is needed. */
  ageMs: number;
}

/** State of a member as Group Replication reports it. */
export type MemberState = "ONLINE" | "RECOVERING" | "OFFLINE" | "ERROR" | "UNREACHABLE";

/** What a node has on disk about the groups so far. */
export interface Remembered {
  /**
   * False for a node that is new, or that lost its data or its memory: it may have cast votes or recorded
   * views that it no longer knows. It counts in no majority until it is a member of a group that a
   * majority without it knows.
   */
  remembers: boolean;
  /** Highest epoch that the node has heard of or voted for; 0: none. */
  highest: number;
  vote: Vote | null;
  /** Certificate of the latest group that the node knows. */
  certificate: Certificate | null;
  lastView: LastView | null;
  /** True if the node was the only one, and no other node has joined its group since. */
  sole: boolean;
  /**
   * True if the node founded its group without a majority: it is the primary until a majority knows the
   * group.
   */
  alone: boolean;
  /**
   * GTID set of the data before the node was in a group without a certificate, as somebody makes by hand. Later
   * transactions may be of that group, and the certified group gives their GTIDs to others. null: no such
   * membership since the data was made or cloned. Earlier supervisors do not send it.
   */
  trustedGtid: string | null;
  /** The nodes over which majorities are counted; null: none was recorded. Earlier supervisors do not send it. */
  electorate?: Electorate | null;
}

/** What a database node reports of itself. These are JSON keys on the wire between supervisors. */
export interface NodeState extends Remembered {
  node: string;
  /** Names of all nodes, as this node is configured. Earlier supervisors do not send it. */
  list?: readonly string[];
  /** True if MySQL answers and its users exist. */
  ready: boolean;
  member: { state: MemberState; role: "PRIMARY" | "SECONDARY" | "" } | null;
  /** Names of the members of the node's view, unreachable ones included. */
  members: string[];
  /** Names of nodes that its XCom tries to connect to without success, removed ones included. */
  connectingTo: string[];
  /** Names of other nodes that its XCom may be trying to connect to. */
  maybeConnectingTo: string[];
  /** Names of nodes that its XCom does not hear and that should not join yet. */
  notReading: string[];
  /** Transactions executed or received, as a GTID set. */
  gtid: string;
  /** True if a clone began and has not completed: the node has no data. */
  cloneIncomplete: boolean;
  /** Epoch of the founding under way; 0: none. */
  founding: number;
  /** Fixed part of the node's view id, or null. */
  groupId: string | null;
  /** Lineage of the node's data; empty if it was never written down. */
  lineage: Lineage;
  /** True while super_read_only is off. */
  writable: boolean;
  /** True if more than half of the members of the view are reachable. */
  majority: boolean;
  /** Name of the primary of the view, if reachable; else empty. */
  onlinePrimary?: string;
  /**
   * Upper bound for the age of the node's data: how long ago a commit may have been acknowledged that the
   * node lacks, milliseconds.
   */
  dataAgeMs: number;
  /** True if the data disk is nearly full. */
  diskFull: boolean;
  /** True if the data disk has almost no free space. */
  diskSpent: boolean;
  /** Time that the disk adds to a commit, milliseconds; 0: unknown. */
  commitMs: number;
  /** Time since each app node last asked this node for its role, milliseconds, by address. */
  asked: Record<string, number>;
  /**
   * Marks of the passwords that the node's MySQL accepts of the user of replication; absent: an earlier
   * release.
   */
  accepted?: readonly string[];
  /** Moves of the primary that app nodes caused, as far as the node knows. */
  appMoves?: readonly AppMove[];
  /** The binary log on a disk that is short of space; absent: nothing to tell. */
  binlog?: { text: string; isProblem: boolean };
  /** Reason for which the supervisor waits; empty if it does not. */
  waiting: string;
}

/** True if the node is a member of a group, also while it recovers. */
export function isInGroup({ member }: Pick<NodeState, "member">): boolean {
  return member?.state === "ONLINE" || member?.state === "RECOVERING";
}

/** True if the node is a member, or was one until it failed: database and users exist. */
export function wasMember(member: NodeState["member"]): boolean {
  return member?.state === "ONLINE" || member?.state === "ERROR";
}

/** True for an ONLINE member of the group that its certificate names. */
export function isCertified({ member, groupId, certificate }: NodeState): boolean {
  return member?.state === "ONLINE" && groupId !== null && certificate?.groupId === groupId;
}

/** Primaries of the latest views; more than one if it is not known who was the last. */
export function latestPrimaries(states: readonly Pick<NodeState, "lastView">[]): string[] {
  const views = states.flatMap(({ lastView }) => lastView ?? []);
  const latest = views.filter((view) => !views.some((other) => isLater(other, view)));
  return [...new Set(latest.map(({ primary }) => primary))];
}

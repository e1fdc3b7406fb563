import { type Certificate, isLater, type LastView, type Vote } from "./certificate";
import type { AppMove } from "./app-move";
import type { Lineage } from "./ancestor";

/** State of a member as Group Replication says it. */
export type MemberState = "ONLINE" | "RECOVERING" | "OFFLINE" | "ERROR" | "UNREACHABLE";

/** What a node has on disk of the groups that there were. */
export interface Remembered {
  /**
   * False for a node that is new, or has lost its data or its memory: it may have voted or recorded
   * what it does not know any more. It counts in no majority until it is a member of a group that
   * a majority without it knows.
   */
  remembers: boolean;
  /** Highest epoch that it has heard of or voted for; 0: none. */
  highest: number;
  vote: Vote | null;
  /** Of the latest group that it knows. */
  certificate: Certificate | null;
  lastView: LastView | null;
  /** True if it was the only node and no other has been let into its group since. */
  sole: boolean;
  /** True if it made the group without a majority: the primary until one knows it. */
  alone: boolean;
}

/** What one database node says of itself. */
export interface NodeState extends Remembered {
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
  /** Epoch that it is founding a group with at this moment; 0: none. */
  founding: number;
  /** Fixed part of the id of the view that it is in, or null. */
  groupId: string | null;
  /** Groups that its data has been in; empty if it was never written down. */
  lineage: Lineage;
  /** True while super_read_only is off. */
  writable: boolean;
  /** True if more than half of the members of the view can be reached. */
  majority: boolean;
  /** Name of the primary that its view has and can reach; else empty. */
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
  /** Moves of the primary that app nodes asked for, as far as it knows. */
  appMoves?: readonly AppMove[];
  /** What the supervisor waits for, in words. */
  waiting: string;
}

/** True if it is a member of a group, one that still catches up too. */
export function isInGroup({ member }: Pick<NodeState, "member">): boolean {
  return member?.state === "ONLINE" || member?.state === "RECOVERING";
}

/** True if it is a member, or was one until its own end: database and users are there. */
export function wasMember(member: NodeState["member"]): boolean {
  return member?.state === "ONLINE" || member?.state === "ERROR";
}

/** True for an ONLINE member of the group that its certificate is of. */
export function isCertified({ member, groupId, certificate }: NodeState): boolean {
  return member?.state === "ONLINE" && groupId !== null && certificate?.groupId === groupId;
}

/** True if the number is more than half of all nodes. */
export function isMajority(count: number, nodes: number): boolean {
  return count * 2 > nodes;
}

/** The primaries of the latest views; more than one if it cannot be told who was the last. */
export function latestPrimaries(states: readonly Pick<NodeState, "lastView">[]): string[] {
  const views = states.flatMap(({ lastView }) => lastView ?? []);
  const latest = views.filter((view) => !views.some((other) => isLater(other, view)));
  return [...new Set(latest.map(({ primary }) => primary))];
}

import { monotonicMs } from "../../time/monotonic";
import type { Decision } from "../core/decision";
import type { CloneProgress } from "../observation/clone-progress";
import { allOf, listsOf, isMajorityOf } from "../core/electorate";
import { isInGroup, type NodeState } from "../core/node-state";
import { isContested, isOwnPrimary, isUnconfirmedPrimary, knowing } from "../core/who-serves";
import type { ReachedPrimary } from "./override";

/** Why a node is not healthy. */
export interface Problem {
  text: string;
  /** True if the node makes progress: the caller should wait. */
  moving: boolean;
}

/** Input of {@link problem} besides the node's state. */
export interface ProblemContext {
  peers: readonly NodeState[];
  decision: Decision;
  progress: CloneProgress;
  /** True if a peer has never answered: its supervisor may not be updated yet. */
  isUnheard: boolean;
  /** Why a primary does not have its passwords; empty if it has them, or if the node is no primary. */
  passwords: string;
  /** Why a primary takes no writes; empty if it takes them, or if the node is no primary. */
  noWrites: string;
}

/**
 * The reason why a node is not healthy; undefined if it is. A node is healthy if it is ONLINE, a primary
 * with its present passwords and with writes, or if it waits for nodes that are not configured yet.
 */
export function problem(
  state: NodeState,
  { peers, decision, progress, isUnheard, passwords, noWrites }: ProblemContext,
): Problem | undefined {
  // Supervisors without certificates do not answer, and are updated next.
  const isUpdated = state.certificate?.kind === "inherited" && isUnheard;
  if (state.member?.state === "ONLINE" && state.ready) {
    const text =
      passwords || (noWrites && !isUpdated && `the primary takes no writes: ${noWrites}`);
    return text ? { text, moving: false } : unagreed(state, peers);
  }
  const isFirst = state.lastView === null;
  const reason = state.ready && decision.type === "wait" ? decision.reason : "";
  if (isFirst && /missing|no majority/.test(reason)) return undefined;
  if (isUpdated && /cannot be seen/.test(reason)) return undefined;
  // A recovering member needs no clone any more.
  const failure = isInGroup(state) ? undefined : progress.failure;
  if (failure) return { text: failure, moving: false };
  if (progress.isMoving(monotonicMs())) {
    const wanted = peers.map(({ gtid }) => gtid).join(",");
    return { text: progress.describe(wanted), moving: true };
  }
  const text = state.waiting || `member is ${state.member?.state ?? "not started"}`;
  return { text, moving: false };
}

/**
 * The problem of a node whose list, and that of all others in it, lacks nodes over which majorities are still counted: these
 * must not be removed yet.
 */
function unagreed(state: NodeState, peers: readonly NodeState[]): Problem | undefined {
  const { list = [] } = state;
  const isShort = (one: NodeState | undefined) => one?.list?.join() === list.join();
  const isLast = list.every((name) => isShort([state, ...peers].find(({ node }) => node === name)));
  const gone = allOf(listsOf(state, list)).filter((name) => !list.includes(name));
  if (!isLast || gone.length === 0) return undefined;
  const text = `majorities are still counted over ${gone.join(", ")} too, which the list of nodes no longer has: the primary must be one of ${list.join(", ")}, and most of these must be ONLINE`;
  return { text, moving: true };
}

/** Whether a node takes writes, as its supervisor reports it to root of its host. */
export interface Writes {
  /** True if the proxies send writes to this node. */
  servesWrites: boolean;
  /** Why a primary takes no writes, with the remedy; empty for one that takes them, and for every other node. */
  noWrites: string;
}

/** What a primary knows of the others. */
export interface WritesSight {
  /** Names of all database nodes. */
  nodes: readonly string[];
  /** States of the peers that answer. */
  peers: readonly NodeState[];
  /** A primary other than this node that an app node reaches. */
  otherPrimary: ReachedPrimary | undefined;
}

/** Why a node that the proxies send no writes to takes none, with the remedy; empty if the node is no ONLINE primary. */
export function whyNoWrites(self: NodeState, sight: WritesSight): string {
  const { member, majority, diskSpent, writable, certificate, groupId } = self;
  const { otherPrimary } = sight;
  if (member?.state !== "ONLINE" || member.role !== "PRIMARY") return "";
  if (isContested(self, otherPrimary !== undefined)) {
    return `the app node ${otherPrimary!.by} reaches ${otherPrimary!.primary} as the primary`;
  }
  if (!majority) return "its group has no majority";
  if (diskSpent) {
    return "its data disk has almost no free space: set a larger db.volumeGb, or give the servers a larger type";
  }
  if (!writable) return "its MySQL is read-only";
  if (groupId !== certificate?.groupId) return "its group has no valid certificate";
  if (!isOwnPrimary(self)) return "it has not recorded yet that it is the primary";
  return unconfirmed(self, sight);
}

function unconfirmed(self: NodeState, { nodes, peers }: WritesSight): string {
  const confirming = knowing([self, ...peers], self);
  const lists = listsOf(self, nodes);
  const counts = lists
    .filter((list) => !isMajorityOf(confirming, [list]))
    .map((list) => {
      const count = list.filter((name) => confirming.includes(name)).length;
      return `${count} of ${list.length} nodes confirm it, and ${Math.floor(list.length / 2) + 1} must`;
    });
  const others = allOf(lists).filter((name) => !confirming.includes(name));
  const found = `${counts.join("; ")} (not ${others.join(", ")})`;
  if (!isUnconfirmedPrimary(self, peers, nodes)) return found;
  return `${found}: start these nodes; if they do not come back, npm run db:override -- ${self.node}`;
}

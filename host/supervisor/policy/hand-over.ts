import type { Callers, NodeState } from "../core/node-state";
import type { Decision } from "../core/decision";
import type { LastView } from "../core/certificate";
import { AppMoves } from "./app-moves";

/** An app node that sent the primary no check for this long cannot reach it, milliseconds. */
const unaskedMs = 5_000;
/** An app node that sent a member a check within this time can reach it, milliseconds. */
const askedMs = 2_000;
/** A disk that adds more to a commit is slow, milliseconds. */
export const slowCommitMs = 1_000;
/** A disk that adds more to a commit is stuck, milliseconds: clients give up after 15 s. */
const stuckCommitMs = 5_000;
/** How long a disk must be slow before a hand-over, milliseconds; shorter if the disk is stuck. */
const slowForMs = { usual: 30_000, stuck: 5_000 };
/** How long a reason must hold without interruption, milliseconds. */
const steadyMs = 1_000;
/** Longest gap between two decisions that counts as uninterrupted, milliseconds. */
const gapMs = 2_000;
/** Time in which a primary that got the role by a switch does not hand it over, milliseconds. */
const coolDownMs = 60_000;

/** A member that should be the primary instead of this node. */
export interface Successor {
  to: string;
  reason: string;
  /** Action if the switch hangs: only a hanging disk justifies killing MySQL. */
  ifItHangs: "kill" | "giveUp";
  /** How many app nodes cause the move. @default none: the reason is this node's own. */
  callers?: Callers;
}

/** What a primary knows of itself beyond its state. */
export interface PrimaryTimings {
  /** How long proxies have been able to check this node, milliseconds. */
  listeningMs: number;
  /** How long this node's disk has been slow, milliseconds. */
  slowMs: number;
}

/** Peers that could be the primary: ONLINE, in a majority, with free space and without a slow disk. */
function candidates(peers: readonly NodeState[]): NodeState[] {
  return peers.filter(
    ({ ready, member, majority, diskFull, commitMs }) =>
      ready &&
      member?.state === "ONLINE" &&
      member.role === "SECONDARY" &&
      majority &&
      !diskFull &&
      // Earlier supervisors do not report commitMs.
      (commitMs ?? 0) <= slowCommitMs,
  );
}

/** App nodes that sent the member a check within the time. */
function reaching({ asked = {} }: NodeState, withinMs: number): string[] {
  return Object.keys(asked).filter((address) => asked[address]! <= withinMs);
}

/**
 * A peer that more app nodes reach than this node: all that reach this node and at least one more. If none
 * reaches this node, at least half of the known app nodes.
 */
function reached(self: NodeState, peers: readonly NodeState[], listeningMs: number) {
  if (listeningMs < unaskedMs) return undefined;
  const here = reaching(self, unaskedMs);
  const known = new Set([self, ...peers].flatMap((node) => reaching(node, Infinity))).size;
  const min = here.length === 0 ? known / 2 : 0;
  const [best] = candidates(peers)
    .map((peer) => ({ node: peer.node, apps: reaching(peer, askedMs) }))
    .filter(({ apps }) => apps.length > here.length && apps.length >= min)
    .filter(({ apps }) => here.every((address) => apps.includes(address)))
    .sort((a, b) => b.apps.length - a.apps.length);
  if (!best) return undefined;
  const summary = `${best.apps.length} of ${known} app nodes reach ${best.node}`;
  const reason = `${summary}, ${here.length} reached this node in the last ${unaskedMs} ms`;
  const asking = new Set([self, ...peers].flatMap((node) => reaching(node, unaskedMs))).size;
  const callers: Callers = (best.apps.length - here.length) * 2 > asking ? "most" : "few";
  return { to: best.node, reason, ifItHangs: "giveUp" as const, callers };
}

/**
 * The member that should be the primary instead of this primary: more app nodes reach it, or this node's
 * disk has been slow for long and the peer's is not. If no app node sends checks, or one reaches this node
 * and not the peer, the primary stays. So does a founder whose group no majority knows yet.
 */
export function betterPrimary(
  self: NodeState,
  peers: readonly NodeState[],
  { listeningMs, slowMs }: PrimaryTimings,
): Successor | undefined {
  if (self.member?.state !== "ONLINE" || self.member.role !== "PRIMARY" || !self.majority) {
    return undefined;
  }
  // Until a majority knows the group, it is the founder's word that lets other nodes count, and the group serve.
  if (self.alone) return undefined;
  const unreached = reached(self, peers, listeningMs);
  if (unreached || self.commitMs <= slowCommitMs) return unreached;
  const minMs = self.commitMs > stuckCommitMs ? slowForMs.stuck : slowForMs.usual;
  if (slowMs < minMs) return undefined;
  const [successor] = candidates(peers).sort((a, b) => a.commitMs - b.commitMs);
  const reason = `the disk of ${self.node} adds ${self.commitMs} ms to each commit`;
  const hangs = self.commitMs > stuckCommitMs;
  return successor && { to: successor.node, reason, ifItHangs: hangs ? "kill" : "giveUp" };
}

/**
 * Turns a better primary into a decision to hand over. The reason must hold for a while, and a primary
 * that got the role by a switch keeps it for a while, so that two nodes do not hand it back and forth. App
 * nodes cause no more moves than {@link AppMoves} allows.
 */
export class HandOvers {
  /** Moves caused by app nodes, known here or by peers. */
  readonly appMoves = new AppMoves();
  private since = 0;
  private seenMs = Number.NEGATIVE_INFINITY;
  private primarySince: number | undefined;

  /** The decision `made`, or a hand-over if `made` is "nothing". */
  next(made: Decision, self: NodeState, successor: Successor | undefined, nowMs: number): Decision {
    const isPrimary = self.member?.role === "PRIMARY";
    this.primarySince = isPrimary ? (this.primarySince ?? nowMs) : undefined;
    // After a gap the reason may not have held all the time.
    if (!successor || nowMs - this.seenMs > gapMs) this.since = nowMs;
    this.seenMs = nowMs;
    if (!successor || made.type !== "nothing" || nowMs - this.since < steadyMs) return made;
    const switched = (self.lastView?.turn ?? 0) > 0;
    if (switched && nowMs - (this.primarySince ?? nowMs) < coolDownMs) return made;
    const { callers, ...target } = successor;
    const isFree = !callers || this.appMoves.take(nameOf(self.lastView), callers, nowMs);
    return isFree ? { type: "handOver", ...target } : made;
  }
}

function nameOf(view: LastView | null): string {
  return view ? `${view.epoch}:${view.counter}:${view.turn}` : "";
}

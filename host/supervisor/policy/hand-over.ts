import type { Callers } from "../core/app-move";
import type { Decision } from "../core/decision";
import type { LastView } from "../core/certificate";
import type { NodeState } from "../core/node-state";
import { AppMoves } from "./app-moves";

/** An app node that did not ask the primary for so long cannot reach it, milliseconds. */
const unaskedMs = 5_000;
/** A member that an app node asked within this time can be reached by it, milliseconds. */
const askedMs = 2_000;
/** A disk that makes a commit take longer is slow, milliseconds. */
export const slowCommitMs = 1_000;
/** A disk that makes a commit take longer serves nobody: clients give up after 15 s; milliseconds. */
const stuckCommitMs = 5_000;
/** How long a disk must be slow, and less long if it is as good as stuck, milliseconds. */
const slowForMs = { usual: 30_000, stuck: 5_000 };
/** How long a reason must hold, look after look, milliseconds. */
const steadyMs = 1_000;
/** Longest time between two looks that follow each other, milliseconds. */
const gapMs = 2_000;
/** Time in which a primary that was given its role does not give it away, milliseconds. */
const coolDownMs = 60_000;

/** A member that is to be the primary instead of this node. */
export interface Successor {
  to: string;
  reason: string;
  /** What is done about a switch that does not come: only a disk that hangs is worth a kill of MySQL. */
  ifItHangs: "kill" | "giveUp";
  /** The app nodes that ask for it. @default none do: this node has a reason of its own. */
  callers?: Callers;
}

/** What a primary knows of itself, besides its state. */
export interface Standing {
  /** How long proxies could have asked it, milliseconds. */
  listeningMs: number;
  /** How long its disk has been slow, milliseconds. */
  slowMs: number;
}

/** Who could be the primary: ONLINE, in a majority, with room and a disk that is not slow. */
function candidates(peers: readonly NodeState[]): NodeState[] {
  return peers.filter(
    ({ ready, member, majority, diskFull, commitMs }) =>
      ready &&
      member?.state === "ONLINE" &&
      member.role === "SECONDARY" &&
      majority &&
      !diskFull &&
      // A supervisor from before an update does not say it.
      (commitMs ?? 0) <= slowCommitMs,
  );
}

/** The app nodes that asked the member within the time. */
function reaching({ asked = {} }: NodeState, withinMs: number): string[] {
  return Object.keys(asked).filter((address) => asked[address]! <= withinMs);
}

/**
 * Whom more app nodes reach than this node: all that reach this one and at least one more. If none
 * reaches this one, at least half of those that are known.
 */
function reached(self: NodeState, peers: readonly NodeState[], listeningMs: number) {
  if (listeningMs < unaskedMs) return undefined;
  const here = reaching(self, unaskedMs);
  const known = new Set([self, ...peers].flatMap((node) => reaching(node, Infinity))).size;
  const least = here.length === 0 ? known / 2 : 0;
  const [best] = candidates(peers)
    .map((peer) => ({ node: peer.node, apps: reaching(peer, askedMs) }))
    .filter(({ apps }) => apps.length > here.length && apps.length >= least)
    .filter(({ apps }) => here.every((address) => apps.includes(address)))
    .sort((a, b) => b.apps.length - a.apps.length);
  if (!best) return undefined;
  const told = `${best.apps.length} of ${known} app nodes reach ${best.node}`;
  const reason = `${told}, ${here.length} have asked here in ${unaskedMs} ms`;
  const asking = new Set([self, ...peers].flatMap((node) => reaching(node, unaskedMs))).size;
  const callers: Callers = (best.apps.length - here.length) * 2 > asking ? "most" : "few";
  return { to: best.node, reason, ifItHangs: "giveUp" as const, callers };
}

/**
 * The member that should be the primary in place of this node, which is it: more app nodes reach
 * the other one, or this one's disk has been slow for long and the other one's is not. If no app node
 * asks anybody, or one reaches this node and not the other, all stays as it is.
 */
export function betterPrimary(
  self: NodeState,
  peers: readonly NodeState[],
  { listeningMs, slowMs }: Standing,
): Successor | undefined {
  if (self.member?.state !== "ONLINE" || self.member.role !== "PRIMARY" || !self.majority) {
    return undefined;
  }
  const unreached = reached(self, peers, listeningMs);
  if (unreached || self.commitMs <= slowCommitMs) return unreached;
  const leastMs = self.commitMs > stuckCommitMs ? slowForMs.stuck : slowForMs.usual;
  if (slowMs < leastMs) return undefined;
  const [successor] = candidates(peers).sort((a, b) => a.commitMs - b.commitMs);
  const reason = `its disk makes a commit take ${self.commitMs} ms`;
  const hangs = self.commitMs > stuckCommitMs;
  return successor && { to: successor.node, reason, ifItHangs: hangs ? "kill" : "giveUp" };
}

/**
 * Turns what a primary sees into a decision: a reason must hold for a while, and who was given the
 * role by a switch keeps it for a while, so that two nodes never give it to each other in turn. App nodes
 * have no more moves than {@link AppMoves} allows.
 */
export class HandOvers {
  /** The moves that app nodes asked for, here and elsewhere. */
  readonly appMoves = new AppMoves();
  private since = 0;
  private seenMs = Number.NEGATIVE_INFINITY;
  private primarySince: number | undefined;

  /** The decision after `made`, which comes first unless it has nothing to do. */
  next(made: Decision, self: NodeState, successor: Successor | undefined, nowMs: number): Decision {
    const isPrimary = self.member?.role === "PRIMARY";
    this.primarySince = isPrimary ? (this.primarySince ?? nowMs) : undefined;
    // Who has not looked for a while knows nothing of that time.
    if (!successor || nowMs - this.seenMs > gapMs) this.since = nowMs;
    this.seenMs = nowMs;
    if (!successor || made.type !== "nothing" || nowMs - this.since < steadyMs) return made;
    const switched = (self.lastView?.turn ?? 0) > 0;
    if (switched && nowMs - (this.primarySince ?? nowMs) < coolDownMs) return made;
    const { callers, ...heir } = successor;
    const isFree = !callers || this.appMoves.take(nameOf(self.lastView), callers, nowMs);
    return isFree ? { type: "handOver", ...heir } : made;
  }
}

function nameOf(view: LastView | null): string {
  return view ? `${view.epoch}:${view.counter}:${view.turn}` : "";
}

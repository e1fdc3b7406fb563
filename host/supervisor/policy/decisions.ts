import type { Decision } from "../core/decision";
import { decide } from "../core/decide";
import { isInGroup, type NodeState } from "../core/node-state";
import { withDiskPressure } from "./disk-pressure";
import { betterPrimary, HandOvers, type PrimaryTimings } from "./hand-over";

/** Combines the safety rules (`decide`) with the preferences of this folder. */
export class Decisions {
  /** The last decision. */
  last: Decision = { type: "wait", reason: "just started" };
  /** Hand-overs to a better primary, with the limit on moves caused by app nodes. */
  readonly handOvers = new HandOvers();
  private readonly rejoins = new RejoinDelay();
  private readonly leaving = new LeaveDelay();

  constructor(
    /** Names of all database nodes, in order. */
    private readonly nodes: readonly string[],
  ) {}

  /** The next decision. */
  next(
    self: NodeState,
    peers: readonly NodeState[],
    { override, nowMs, ...standing }: PrimaryTimings & { override: boolean; nowMs: number },
  ): Decision {
    const { nodes } = this;
    const ruled = this.leaving.next(decide({ nodes, self, peers, override }), nowMs);
    const made = withDiskPressure(ruled, { nodes, self, peers });
    const better = betterPrimary(self, peers, standing);
    const handOver = this.handOvers.next(made, self, better, nowMs);
    this.last = this.rejoins.next(handOver, isInGroup(self), nowMs);
    return this.last;
  }
}

/** How long a reason to leave that may go away by itself must hold, milliseconds. */
const steadyMs = 3_000;

/** Delays a leave whose reason may go away by itself. */
export class LeaveDelay {
  private sinceMs: number | undefined;

  /** The decision, or "nothing" while its reason is too recent. */
  next(decision: Decision, nowMs: number): Decision {
    const isPatient = decision.type === "leave" && decision.mayPass === true;
    this.sinceMs = isPatient ? (this.sinceMs ?? nowMs) : undefined;
    return isPatient && nowMs - this.sinceMs! < steadyMs ? { type: "nothing" } : decision;
  }
}

/**
 * How long a member stays out after its removal, milliseconds. A joining member delays the others' commits
 * by some tenths of a second, which right after the loss of a primary would lengthen the pause in writes.
 */
export const settleMs = 2_500;
/**
 * How long a node stays out after its own membership ended, milliseconds. XCom takes a node for alive that
 * sent something within five seconds (`DETECTOR_LIVE_TIMEOUT`, MySQL 9.7). A node that rejoins earlier
 * counts as present while it is still joining, and commits wait for it (0.5 to 1.1 s, measured).
 */
export const silenceMs = 5_500;
/**
 * How long a node waits for the group to notice that the node is gone, milliseconds: several times the
 * usual time. A group was seen to list a member as unreachable for a quarter of an hour (MySQL 9.7), and
 * removed it only when the member tried to join.
 */
export const noticeMs = 30_000;

/** Lets the group settle after this member's removal, before it rejoins. */
export class RejoinDelay {
  private lastKnownMs = Number.NEGATIVE_INFINITY;
  private lastMemberMs = Number.NEGATIVE_INFINITY;
  private knownSinceMs: number | undefined;

  /** The decision; or a wait if it would rejoin too early; or the alternative after too long a wait. */
  next(decision: Decision, isMember: boolean, nowMs: number): Decision {
    if (isMember) this.lastMemberMs = nowMs;
    if (decision.type === "wait" && decision.instead) {
      this.lastKnownMs = nowMs;
      this.knownSinceMs ??= nowMs;
      return nowMs - this.knownSinceMs < noticeMs ? decision : decision.instead;
    }
    this.knownSinceMs = undefined;
    const isEarly = nowMs - this.lastKnownMs < settleMs || nowMs - this.lastMemberMs < silenceMs;
    return isEarly && decision.type === "join"
      ? { type: "wait", reason: "the group settles without this member" }
      : decision;
  }
}

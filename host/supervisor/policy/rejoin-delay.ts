import type { Decision } from "../core/decision";

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

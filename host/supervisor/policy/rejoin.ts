import type { Decision } from "../core/decision";

/**
 * How long after its removal a member stays out, milliseconds. A member that is let in holds up the
 * commits of the others for some tenths of a second, which right after the loss of a primary would
 * lengthen the pause of writes.
 */
export const settleMs = 2_500;
/**
 * How long after it was a member itself, milliseconds. XCom takes who said something within five
 * seconds for alive (`DETECTOR_LIVE_TIMEOUT`, MySQL 9.7): one that is let in before counts as there
 * while it is still on its way, and commits wait for it (0.5 to 1.1 s, measured).
 */
export const silenceMs = 5_500;
/**
 * How long a node waits for the group to notice that it is gone, milliseconds: several times what
 * that takes. A group was seen to call a member unreachable for a quarter of an hour and to keep it
 * (MySQL 9.7); it removed it when the member tried to join.
 */
export const noticeMs = 30_000;

/** Lets the group settle after this member was removed, before it comes back. */
export class Rejoins {
  private lastKnownMs = Number.NEGATIVE_INFINITY;
  private lastMemberMs = Number.NEGATIVE_INFINITY;
  private knownSinceMs: number | undefined;

  /** The decision as it is, a wait if it would come back too early, or what follows a wait for too long. */
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

import type { Decision } from "./decide";

/**
 * How long after its removal a member stays out, milliseconds. A member that is let in holds up the
 * commits of the others for 0.5 to 0.9 s (measured, MySQL 9.7), which right after the loss of a
 * primary would lengthen the pause of writes. Longer is worse: after 4 s they were held up for 3 s in
 * half of the returns, likely because peers wait longer after each try to connect to it in vain
 * (`sender_task` of XCom's `xcom_transport.cc`).
 */
export const settleMs = 2_500;
/**
 * How long a node waits for the group to notice that it is gone, milliseconds: several times what
 * that takes. A group was seen to call a member unreachable for a quarter of an hour and to keep it
 * (MySQL 9.7); it removed it when the member tried to join.
 */
export const noticeMs = 30_000;

/** Lets the group settle after this member was removed, before it comes back. */
export class Rejoins {
  private lastKnownMs = Number.NEGATIVE_INFINITY;
  private knownSinceMs: number | undefined;

  /** The decision as it is, a wait if it would come back too early, or what follows a wait for too long. */
  next(decision: Decision, nowMs: number): Decision {
    if (decision.type === "wait" && decision.instead) {
      this.lastKnownMs = nowMs;
      this.knownSinceMs ??= nowMs;
      return nowMs - this.knownSinceMs < noticeMs ? decision : decision.instead;
    }
    this.knownSinceMs = undefined;
    const isEarly = decision.type === "join" && nowMs - this.lastKnownMs < settleMs;
    return isEarly ? { type: "wait", reason: "the group settles without this member" } : decision;
  }
}

import { type Decision, notNoticed } from "./decide";

/**
 * How long after its removal a member stays out, milliseconds. A member that is let in holds up the
 * commits of the others for 0.5 to 0.9 s (measured, MySQL 9.7), which right after the loss of a
 * primary would lengthen the pause of writes.
 */
export const settleMs = 4_000;

/** Lets the group settle after this member was removed, before it comes back. */
export class Rejoins {
  private lastKnownMs = Number.NEGATIVE_INFINITY;

  /** The decision as it is, or a wait if it would come back too early. */
  next(decision: Decision, nowMs: number): Decision {
    if (decision.type === "wait" && decision.reason === notNoticed) this.lastKnownMs = nowMs;
    const isEarly = decision.type === "join" && nowMs - this.lastKnownMs < settleMs;
    return isEarly ? { type: "wait", reason: "the group settles without this member" } : decision;
  }
}

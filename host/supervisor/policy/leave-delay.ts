import type { Decision } from "../core/decision";

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

import type { Decision } from "../core/decision";

/** How long a reason to leave that may pass by itself must hold, milliseconds. */
const steadyMs = 3_000;

/** Waits with a leave whose reason may pass by itself. */
export class Leaving {
  private sinceMs: number | undefined;

  /** The decision as it is, or nothing while its reason is young. */
  next(decision: Decision, nowMs: number): Decision {
    const isPatient = decision.type === "leave" && decision.mayPass === true;
    this.sinceMs = isPatient ? (this.sinceMs ?? nowMs) : undefined;
    return isPatient && nowMs - this.sinceMs! < steadyMs ? { type: "nothing" } : decision;
  }
}

/** Pause between two checks of a domain that does not lead to these load balancers yet, milliseconds. */
const usualMs = 15_000;
/** Longest pause between two checks of a wildcard domain, milliseconds. */
const mostMs = 600_000;

/**
 * When a domain is checked before its order. Each check of a wildcard uses up the brokers' limits and calls of the API,
 * so its pause doubles with each check in a row that finds a problem.
 */
export class CheckPauses {
  private readonly checks = new Map<string, { problems: number; nextMs: number }>();

  /** @param nowMs clock that no step changes. */
  constructor(private readonly nowMs: () => number) {}

  isDue(name: string): boolean {
    return this.nowMs() >= (this.checks.get(name)?.nextMs ?? -Infinity);
  }

  /** Notes a check. @param hasProblem true if the domain cannot be ordered yet. */
  note(name: string, hasProblem: boolean): void {
    const problems = hasProblem ? (this.checks.get(name)?.problems ?? 0) + 1 : 0;
    const factor = name.startsWith("*.") ? 2 ** Math.max(0, problems - 1) : 1;
    const nextMs = this.nowMs() + Math.min(usualMs * factor, mostMs);
    this.checks.set(name, { problems, nextMs });
  }

  /** Ends the pause of a domain, as when this node gets the address: another node has checked meanwhile. */
  forget(name: string): void {
    this.checks.delete(name);
  }
}

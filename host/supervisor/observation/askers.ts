/** Age from which an asker is forgotten, milliseconds. */
const forgottenMs = 60_000;

/**
 * Who asks this node for its role. Every proxy asks every database node at least twice a second, so
 * a node that is no longer asked cannot be reached by the app nodes, whatever its peers see of it.
 */
export class Askers {
  private readonly last = new Map<string, number>();

  constructor(
    /** Addresses that do not count: the database nodes. */
    private readonly others: readonly string[],
    /** Since when it can be asked, on the monotonic clock, milliseconds. */
    private readonly startedMs: number,
  ) {}

  /** How long it could be asked, milliseconds. */
  listeningMs(nowMs: number): number {
    return nowMs - this.startedMs;
  }

  /** Notes that the address asked. A call that was given up has none. */
  note(address: string, nowMs: number): void {
    if (address !== "" && !this.others.includes(address)) this.last.set(address, nowMs);
  }

  /** How long ago each address asked last, milliseconds. */
  ages(nowMs: number): Record<string, number> {
    for (const [address, atMs] of this.last) {
      // A clock that was set back must not keep an asker for ever.
      if (nowMs - atMs > forgottenMs || atMs > nowMs) this.last.delete(address);
    }
    return Object.fromEntries([...this.last].map(([address, atMs]) => [address, nowMs - atMs]));
  }
}

import type { ReachedPrimary } from "../policy/override";

/** Age from which an asker is forgotten, milliseconds. */
const forgottenMs = 60_000;
/** Age from which what an asker said of primaries says nothing any more, milliseconds; it asks ten times a second. */
const freshMs = 1_500;

/**
 * Who asks this node for its role. Every proxy asks every database node at least twice a second, so
 * a node that is no longer asked cannot be reached by the app nodes, whatever its peers see of it.
 */
export class Askers {
  private readonly last = new Map<string, number>();
  private readonly primaries = new Map<string, { names: readonly string[]; atMs: number }>();

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

  /** Notes that the address asked, and which primaries it reaches. A call that was given up has no address. */
  note(address: string, primaries: readonly string[], nowMs: number): void {
    if (address === "" || this.others.includes(address)) return;
    this.last.set(address, nowMs);
    this.primaries.set(address, { names: primaries, atMs: nowMs });
  }

  /** A primary other than `node` that an app node reaches now, whatever the database nodes see of each other. */
  otherPrimary(node: string, nowMs: number): ReachedPrimary | undefined {
    for (const [by, { names, atMs }] of this.primaries) {
      const primary = names.find((name) => name !== node);
      if (primary !== undefined && nowMs - atMs < freshMs && atMs <= nowMs) return { by, primary };
    }
    return undefined;
  }

  /** How long ago each address asked last, milliseconds. */
  ages(nowMs: number): Record<string, number> {
    for (const [address, atMs] of this.last) {
      // A clock that was set back must not keep an asker for ever.
      if (nowMs - atMs <= forgottenMs && atMs <= nowMs) continue;
      this.last.delete(address);
      this.primaries.delete(address);
    }
    return Object.fromEntries([...this.last].map(([address, atMs]) => [address, nowMs - atMs]));
  }
}

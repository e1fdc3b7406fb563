import type { ReachedPrimary } from "../policy/override";

/** Age from which a client is forgotten, milliseconds. */
const forgottenMs = 60_000;
/**
 * Age from which a client's report on primaries is ignored, milliseconds; each proxy checks ten times a
 * second.
 */
const freshMs = 1_500;

/**
 * The clients that send role checks to this node. Every proxy checks every database node at least twice a
 * second, so a node that receives no checks is unreachable for the app nodes, whatever its peers report.
 */
export class CheckClients {
  private readonly last = new Map<string, number>();
  private readonly primaries = new Map<string, { names: readonly string[]; atMs: number }>();

  constructor(
    /** Addresses that are ignored: those of the database nodes. */
    private readonly others: readonly string[],
    /** Since when this node can be checked, on the monotonic clock, milliseconds. */
    private readonly startedMs: number,
  ) {}

  /** How long this node has been answering checks, milliseconds. */
  listeningMs(nowMs: number): number {
    return nowMs - this.startedMs;
  }

  /**
   * Records a check from the address and the primaries that the client reaches. An aborted request has no
   * address.
   */
  onCheck(address: string, primaries: readonly string[], nowMs: number): void {
    if (address === "" || this.others.includes(address)) return;
    this.last.set(address, nowMs);
    this.primaries.set(address, { names: primaries, atMs: nowMs });
  }

  /**
   * A primary other than `node` that an app node reaches now, whatever the database nodes see of each
   * other.
   */
  otherPrimary(node: string, nowMs: number): ReachedPrimary | undefined {
    for (const [by, { names, atMs }] of this.primaries) {
      const primary = names.find((name) => name !== node);
      if (primary !== undefined && nowMs - atMs < freshMs && atMs <= nowMs) return { by, primary };
    }
    return undefined;
  }

  /** True if each address that sent a check lately has sent one since then; times in milliseconds. */
  haveAskedSince(sinceMs: number, nowMs: number): boolean {
    return [...this.last.values()].every((atMs) => atMs >= sinceMs || nowMs - atMs >= freshMs);
  }

  /** Time since the last check of each address, milliseconds. */
  ages(nowMs: number): Record<string, number> {
    for (const [address, atMs] of this.last) {
      // A clock that jumped back must not keep a client for ever.
      if (nowMs - atMs <= forgottenMs && atMs <= nowMs) continue;
      this.last.delete(address);
      this.primaries.delete(address);
    }
    return Object.fromEntries([...this.last].map(([address, atMs]) => [address, nowMs - atMs]));
  }
}

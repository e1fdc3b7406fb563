/** Latencies of writes by what happened meanwhile. */
export class Latencies {
  private readonly ofState = new Map<string, number[]>();

  add(state: string, ms: number): void {
    const list = this.ofState.get(state);
    if (list) list.push(ms);
    else this.ofState.set(state, [ms]);
  }

  count(state: string): number {
    return this.ofState.get(state)?.length ?? 0;
  }

  /** The least latency that a share of the writes does not exceed, milliseconds. @throws Error if there was no write. */
  percentile(state: string, share: number): number {
    const sorted = [...(this.ofState.get(state) ?? [])].sort((a, b) => a - b);
    if (sorted.length === 0) throw new Error(`no write was seen while ${state}`);
    return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]!;
  }

  /** 99th percentile in one state, as a multiple of that in another. */
  ratio(state: string, other: string): number {
    return this.percentile(state, 0.99) / this.percentile(other, 0.99);
  }
}

/** A broker's sign of life. */
export interface Ready {
  /** Name of this run of the broker. */
  run: string;
  /** Moves that it has made in this run. */
  moves: number;
  /** Load balancer that the last one was for. */
  by?: string;
}

/** Tells from what the brokers say whether the other load balancer took the address. */
export class MoveWatch {
  private readonly seen = new Map<string, number>();

  constructor(private readonly node: string) {}

  /** True if there was a move since the last word of that broker, and not to this node. */
  isNews({ run, moves, by }: Ready): boolean {
    const before = this.seen.get(run);
    this.seen.set(run, moves);
    return before !== undefined && moves > before && by !== this.node;
  }
}

/** Answer of a broker to `GET ready`. */
export interface BrokerStatus {
  /** Unique id of the broker process. */
  run: string;
  /** Number of assigns made by that process. */
  moves: number;
  /** Name of the load balancer of the last assign. */
  by?: string;
}

/** Detects from the brokers' answers that the other load balancer took the address. */
export class MoveWatch {
  private readonly seen = new Map<string, number>();

  constructor(private readonly node: string) {}

  /** True if the other load balancer took the address since this broker's last answer. */
  isMoveByPeer({ run, moves, by }: BrokerStatus): boolean {
    const before = this.seen.get(run);
    this.seen.set(run, moves);
    return before !== undefined && moves > before && by !== this.node;
  }
}

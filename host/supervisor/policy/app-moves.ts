import type { AppMove, Callers } from "../core/node-state";

/** Most moves within a period, milliseconds. */
interface Limit {
  moves: number;
  withinMs: number;
}

const dayMs = 86_400_000;

/**
 * Limits on moves by who asked. Two moves lead from any of three nodes to any other. Fewer than half of
 * the app nodes may cause at most four moves a day, each of less than a second. If most app nodes do not
 * reach the primary, there is no service without a move, so only the rate is limited.
 */
const limits: Record<Callers, readonly Limit[]> = {
  few: [
    { moves: 2, withinMs: 600_000 },
    { moves: 4, withinMs: dayMs },
  ],
  most: [{ moves: 2, withinMs: 600_000 }],
};

/**
 * Limits how often app nodes make the primary move. An app node that checks no database node, or only some
 * of them, looks like one that cannot reach the others. The limit holds for all database nodes together:
 * each reports the moves that it knows in its state, and takes over those of its peers.
 */
export class AppMoves {
  private readonly known = new Map<string, { callers: Callers; atMs: number }>();

  /** Adds the moves that a peer reports. Earlier supervisors report none. */
  merge(reported: readonly AppMove[] = [], nowMs: number): void {
    for (const { ended, callers, ageMs } of reported) {
      if (!this.known.has(ended)) this.known.set(ended, { callers, atMs: nowMs - ageMs });
    }
  }

  /** The moves of the last day. */
  recent(nowMs: number): AppMove[] {
    for (const [ended, { atMs }] of this.known) {
      if (nowMs - atMs >= dayMs) this.known.delete(ended);
    }
    return [...this.known].map(([ended, { callers, atMs }]) => ({
      ended,
      callers,
      ageMs: nowMs - atMs,
    }));
  }

  /**
   * Counts the move that ends the view `ended`; returns false, without counting it, if it would exceed a
   * limit.
   */
  take(ended: string, callers: Callers, nowMs: number): boolean {
    // A failed switch is repeated and does not count again: the primary has not moved yet.
    if (this.known.has(ended)) return true;
    const ages = this.recent(nowMs)
      .filter((move) => move.callers === callers)
      .map(({ ageMs }) => ageMs);
    const isFree = ({ moves, withinMs }: Limit) =>
      ages.filter((ageMs) => ageMs < withinMs).length < moves;
    if (!limits[callers].every(isFree)) return false;
    this.known.set(ended, { callers, atMs: nowMs });
    return true;
  }
}

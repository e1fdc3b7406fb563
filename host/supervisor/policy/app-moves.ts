import type { AppMove, Callers } from "../core/app-move";

/** Moves within a time, milliseconds. */
interface Limit {
  moves: number;
  withinMs: number;
}

const dayMs = 86_400_000;

/**
 * Two moves lead from any of three nodes to any other one. Fewer than half of the app nodes have no
 * more than four a day, each of less than a second. If most do not reach the primary there is no
 * service without a move, so only their rate is bounded.
 */
const limits: Record<Callers, readonly Limit[]> = {
  few: [
    { moves: 2, withinMs: 600_000 },
    { moves: 4, withinMs: dayMs },
  ],
  most: [{ moves: 2, withinMs: 600_000 }],
};

/**
 * Bounds how often app nodes make the primary move: one that does not ask a database node, or asks some
 * and not others, looks like one that cannot reach it. All database nodes count together: each says in
 * its state which moves it knows of, and takes over those of its peers.
 */
export class AppMoves {
  private readonly known = new Map<string, { callers: Callers; atMs: number }>();

  /** Takes over the moves that a peer knows of. A supervisor of before says none. */
  hear(told: readonly AppMove[] = [], nowMs: number): void {
    for (const { ended, callers, ageMs } of told) {
      if (!this.known.has(ended)) this.known.set(ended, { callers, atMs: nowMs - ageMs });
    }
  }

  /** The moves of the last day. */
  said(nowMs: number): AppMove[] {
    for (const [ended, { atMs }] of this.known) {
      if (nowMs - atMs >= dayMs) this.known.delete(ended);
    }
    return [...this.known].map(([ended, { callers, atMs }]) => ({
      ended,
      callers,
      ageMs: nowMs - atMs,
    }));
  }

  /** Counts the move that ends that view, and returns true, if it is within the bounds. */
  take(ended: string, callers: Callers, nowMs: number): boolean {
    // A switch that failed is tried again: the primary has not moved yet.
    if (this.known.has(ended)) return true;
    const ages = this.said(nowMs)
      .filter((move) => move.callers === callers)
      .map(({ ageMs }) => ageMs);
    const isFree = ({ moves, withinMs }: Limit) =>
      ages.filter((ageMs) => ageMs < withinMs).length < moves;
    if (!limits[callers].every(isFree)) return false;
    this.known.set(ended, { callers, atMs: nowMs });
    return true;
  }
}

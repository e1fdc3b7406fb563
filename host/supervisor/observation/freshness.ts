import { includes } from "../core/gtid";
import type { NodeState } from "../core/node-state";

/** Number of answers that are kept per peer: those of ten seconds. */
const kept = 50;

const dayMs = 86_400_000;

/** GTID set of a peer at a time. */
interface Mark {
  atMs: number;
  gtid: string;
}

/**
 * Upper bound for the age of this member's data. The applier's own lag misses what never arrived: a member
 * that is cut off has nothing to apply. An acknowledged commit was received by a majority of the members.
 * So a member that has applied everything that a majority, including itself, had at a time, shows every
 * commit acknowledged by then. What this member has received counts as well, because a peer that is cut
 * off may have less. Only this machine's monotonic clock is read.
 */
export class Freshness {
  /** GTID sets of members that this member has not been seen to contain, oldest first. */
  private readonly marks = new Map<string, Mark[]>();
  /** Last time at which this member contained everything of each member, by name. */
  private readonly equalAt = new Map<string, number>();

  /**
   * Records the state of a member, this one included. `atMs` is the monotonic time of the request,
   * milliseconds.
   */
  note(state: NodeState, atMs: number): void {
    const { node, gtid } = state;
    // A node outside the group proves nothing about it. A recovering member keeps new transactions in
    // memory and does not count them as received before it is ONLINE.
    if (state.member?.state !== "ONLINE") return;
    const marks = this.marks.get(node) ?? [];
    this.marks.set(node, [...marks, { atMs, gtid }].slice(-kept));
  }

  /** Compares with the GTID set that this member has applied. */
  compare(applied: string): void {
    for (const [node, marks] of this.marks) {
      const last = marks.findLastIndex(({ gtid }) => includes(applied, gtid));
      if (last < 0) continue;
      this.equalAt.set(node, marks[last]!.atMs);
      marks.splice(0, last + 1);
    }
  }

  /**
   * Time since this member had applied everything that a majority of the members, including itself, had;
   * milliseconds, at most a day.
   */
  ageMs({ node, members }: Pick<NodeState, "node" | "members">, nowMs: number): number {
    const others = members.filter((name) => name !== node);
    const ages = others.map((name) => nowMs - (this.equalAt.get(name) ?? -Infinity));
    const needed = Math.floor(members.length / 2);
    if (needed === 0) return 0;
    const ownMs = nowMs - (this.equalAt.get(node) ?? -Infinity);
    return Math.min(dayMs, Math.max(ownMs, ages.sort((a, b) => a - b)[needed - 1]!));
  }
}

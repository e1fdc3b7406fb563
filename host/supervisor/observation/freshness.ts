import { includes } from "../core/gtid";
import type { NodeState } from "../core/node-state";

/** So many answers of a peer are kept: those of ten seconds. */
const kept = 50;

const dayMs = 86_400_000;

/** What a peer had at a time. */
interface Mark {
  atMs: number;
  gtid: string;
}

/**
 * How old the data of this member may be. The applier's own lag says nothing of what did not arrive:
 * a member that is cut off has nothing to apply. What is acknowledged was received by a majority of
 * the members; so a member that has applied all that a majority had at a time, itself among them,
 * shows everything that was acknowledged by then. What it has received itself counts like what a peer
 * has: a peer that is cut off may have less. Only this machine's monotonic clock is read.
 */
export class Freshness {
  /** What the members had that this one has not been seen to have, oldest first. */
  private readonly marks = new Map<string, Mark[]>();
  /** When each member had nothing that this one has not. */
  private readonly equalAt = new Map<string, number>();

  /**
   * Notes what a member said of itself, this one too; `atMs` is when it was asked, on the monotonic clock,
   * milliseconds.
   */
  hear(said: NodeState, atMs: number): void {
    const { node, gtid } = said;
    // Who is not in the group says nothing of it. One that catches up keeps what is new in memory, and
    // does not count it as received before it is ONLINE.
    if (said.member?.state !== "ONLINE") return;
    const marks = this.marks.get(node) ?? [];
    this.marks.set(node, [...marks, { atMs, gtid }].slice(-kept));
  }

  /** Compares with the transactions that this member has applied, as a GTID set. */
  compare(applied: string): void {
    for (const [node, marks] of this.marks) {
      const last = marks.findLastIndex(({ gtid }) => includes(applied, gtid));
      if (last < 0) continue;
      this.equalAt.set(node, marks[last]!.atMs);
      marks.splice(0, last + 1);
    }
  }

  /**
   * How long ago this member had applied all that a majority of the members had, itself among them;
   * milliseconds, a day at most.
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

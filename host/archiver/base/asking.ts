import { timeOf } from "../chain/ids";

/** What is known of the bases of the history that is archived. */
export interface Bases {
  /** Id of that history. */
  timeline: string;
  /** Id of the newest base; empty: there is none. */
  newest: string;
  /** True if the archive waits for a base: what MySQL has purged is in no link. */
  gap: boolean;
}

/** Time between two requests for a base, milliseconds: where nothing can be restored without one, and for a missed night. */
const againMs = { needed: 600_000, late: 3_600_000 };
/** A base is taken each night, at a time that varies by minutes: one of this age is the last one of two, milliseconds. */
const lateMs = 25 * 3_600_000;

/** Asks for a base until it is there: one may fail, or be due while no node archives. */
export class BaseAsking {
  private askedMs = Number.NEGATIVE_INFINITY;
  private timeline = "";

  constructor(private readonly monotonicMs: () => number) {}

  /** A base of that history was asked for just now. */
  note(timeline: string): void {
    this.timeline = timeline;
    this.askedMs = this.monotonicMs();
  }

  /** Why to ask for a base now; undefined: there is no reason, or it was asked for not long ago. */
  reason({ timeline, newest, gap }: Bases, nowMs: number): string | undefined {
    const isNew = timeline !== this.timeline;
    const sinceMs = isNew ? Number.POSITIVE_INFINITY : this.monotonicMs() - this.askedMs;
    if (gap || newest === "") {
      if (sinceMs < againMs.needed) return undefined;
      return gap ? "there is none that closes the gap" : "there is none";
    }
    const isLate = nowMs - timeOf(newest) > lateMs;
    return isLate && sinceMs >= againMs.late ? `${newest} is the newest` : undefined;
  }
}

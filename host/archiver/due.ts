import { timeOf } from "./chain/manifest";

/** What is known of the bases of the history that is archived. */
export interface Bases {
  /** Id of that history. */
  timeline: string;
  /** Id of the newest base; empty: there is none. */
  newest: string;
  /** True if the archive waits for a base: what MySQL has purged is in no link. */
  gap: boolean;
}

/**
 * Time between two requests for a base, milliseconds: `needed` where nothing can be restored without a base, `late` for
 * a missed night.
 */
const againMs = { needed: 600_000, late: 3_600_000 };
/** Age from which the newest base is late, milliseconds: a base is taken each night, at a time that varies by minutes. */
const lateMs = 25 * 3_600_000;

/** Asks for a base until it is there: one may fail, or be due while no node archives. */
export class BaseAsking {
  private askedMs = Number.NEGATIVE_INFINITY;
  private timeline = "";

  constructor(private readonly monotonicMs: () => number) {}

  /** Records that a base of that history was asked for just now. */
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

/** Days of the week as the setting names them, in the order of `Date.getUTCDay`. */
const days = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const dayMs = 86_400_000;

/** What decides whether a dump is taken with a base. */
export interface DumpState {
  /** Day of the week, such as `sunday`, or `off`. */
  dumpOn: string;
  /** True if an operator asked for a dump. */
  isAsked: boolean;
  /** Ids of the newest base and the newest dump; empty: none. The dump is known once the base is. */
  base: string;
  dump: string;
  /** True if the archive waits for this base, which a dump would delay. */
  isUrgent: boolean;
}

/**
 * True if a dump is to be taken with this base: on request, and with the first base since the last of these days
 * began, or with a later base if that one's dump failed. The first base of all is taken without a dump.
 */
export function isDumpDue(
  { dumpOn, isAsked, base, dump, isUrgent }: DumpState,
  nowMs: number,
): boolean {
  if (isAsked) return true;
  const day = days.indexOf(dumpOn);
  if (day < 0 || base === "" || isUrgent) return false;
  const midnightMs = Math.floor(nowMs / dayMs) * dayMs;
  const sinceDays = (new Date(nowMs).getUTCDay() - day + 7) % 7;
  return dump === "" || timeOf(dump) < midnightMs - sinceDays * dayMs;
}

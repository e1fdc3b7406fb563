import { timeOf } from "../chain/ids";

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

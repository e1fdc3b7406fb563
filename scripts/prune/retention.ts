import type { Retention } from "../../config/backups-schema";
import { timeOf } from "../../host/archiver/chain/manifest";

/** Number of the day, of the week from Monday on, and of the month in which a time lies, in UTC. */
const periods = {
  daily: (ms: number) => Math.floor(ms / 86_400_000),
  // The first day of 1970 was a Thursday.
  weekly: (ms: number) => Math.floor((ms / 86_400_000 + 3) / 7),
  monthly: (ms: number) => {
    const date = new Date(ms);
    return date.getUTCFullYear() * 12 + date.getUTCMonth();
  },
} as const;

/**
 * Chooses the bases or dumps that are kept by their age: of each of the last so many days, weeks and months
 * that have one, the last one.
 *
 * @returns why each is kept, by id.
 */
export function keptByAge(
  ids: readonly string[],
  retention: Pick<Retention, "daily" | "weekly" | "monthly">,
): Map<string, string[]> {
  const kept = new Map<string, string[]>();
  const newestFirst = [...ids].sort().reverse();
  for (const kind of ["daily", "weekly", "monthly"] as const) {
    const last = new Map<number, string>();
    for (const id of newestFirst) {
      const period = periods[kind](timeOf(id));
      if (!last.has(period)) last.set(period, id);
    }
    for (const id of [...last.values()].slice(0, retention[kind])) {
      kept.set(id, [...(kept.get(id) ?? []), kind]);
    }
  }
  return kept;
}

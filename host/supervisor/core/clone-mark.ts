/**
 * How a clone that was ordered is told from an earlier one, whose state MySQL keeps on disk. `unlike`: start of the last
 * clone before the order; another start is that of the ordered one, whatever a clock did. `after`: MySQL's time at the
 * order, if that start was not to be seen. Seconds since 1970.
 */
export type CloneMark = { unlike: number } | { after: number };

/** True if a clone with that start is the ordered one. */
export function isOrdered(mark: CloneMark, beginSeconds: number): boolean {
  return "unlike" in mark ? beginSeconds !== mark.unlike : beginSeconds > mark.after;
}

import type { Look } from "./look";

/** After so much silence of the archive the first of the others takes over, milliseconds. */
const silenceMs = 30_000;
/** Each further one waits so much longer, milliseconds. */
const rankMs = 15_000;

/**
 * The place of a node in the order of those that may archive: secondaries in the order of the stack,
 * the primary last. 0: it archives as long as it works. Undefined: it may not.
 */
export function rankOf(
  own: string,
  order: readonly string[],
  { serves, secondaries, primary }: Pick<Look, "serves" | "secondaries" | "primary">,
): number | undefined {
  if (!serves) return undefined;
  if (order.length === 1) return 0;
  const candidates = [...order.filter((one) => secondaries.includes(one)), primary];
  const rank = candidates.indexOf(own);
  return rank >= 0 ? rank : undefined;
}

/**
 * True if a node of that rank is to archive now. Two that both do cannot do harm: only one of them
 * gets the next number of the chain.
 *
 * @param silentMs time since the archive has grown, as this node saw it.
 */
export function isTurn(rank: number | undefined, silentMs: number): boolean {
  if (rank === undefined) return false;
  return rank === 0 || silentMs > silenceMs + (rank - 1) * rankMs;
}

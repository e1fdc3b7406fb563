import type { MysqlState } from "./mysql-state";

/** Time without archive growth after which the first standby takes over, milliseconds. */
const silenceMs = 30_000;
/** Additional wait of each further standby, milliseconds. */
const rankMs = 15_000;

/**
 * Rank of a node among the candidates for archiving: secondaries in the configured order, the primary
 * last. 0: this node archives as long as it works. Undefined: this node must not archive.
 */
export function rankOf(
  own: string,
  order: readonly string[],
  { serves, secondaries, primary }: Pick<MysqlState, "serves" | "secondaries" | "primary">,
): number | undefined {
  if (!serves) return undefined;
  if (order.length === 1) return 0;
  const candidates = [...order.filter((one) => secondaries.includes(one)), primary];
  const rank = candidates.indexOf(own);
  return rank >= 0 ? rank : undefined;
}

/**
 * True if a node of that rank archives now. Two archiving nodes do no harm: only one of them gets the next
 * link number.
 *
 * @param silentMs time since this node last saw the archive grow.
 */
export function shouldArchive(rank: number | undefined, silentMs: number): boolean {
  if (rank === undefined) return false;
  return rank === 0 || silentMs > silenceMs + (rank - 1) * rankMs;
}

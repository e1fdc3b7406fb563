import type { MysqlState } from "./mysql-state";
import { subtract } from "./gtid-sets";

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

/** Whether the archive can continue from a MySQL. */
export type Continuity =
  | { kind: "continues" }
  /** MySQL lacks archived transactions: it is behind, or its data has another history. */
  | { kind: "behind"; missing: string }
  /** MySQL has purged transactions that are neither archived nor in a base. */
  | { kind: "gap"; missing: string }
  /** As `gap`, but a base contains them: the archive continues after the base. */
  | { kind: "bridged"; missing: string; base: string };

/** Input of {@link continuity}; GTID sets as text. */
export interface ContinuityInput {
  archived: string;
  executed: string;
  purged: string;
  /** Newest base of the timeline, if any. */
  base: { id: string; gtids: string } | undefined;
}

/**
 * Decides from GTID sets alone. archived ⊆ executed must hold, else MySQL would be asked for transactions
 * that it lacks and would silently send nothing. purged ⊆ archived must hold, else transactions would be
 * skipped.
 */
export function continuity({ archived, executed, purged, base }: ContinuityInput): Continuity {
  const lacking = subtract(archived, executed);
  if (lacking !== "") return { kind: "behind", missing: lacking };
  const missing = subtract(purged, archived);
  if (missing === "") return { kind: "continues" };
  if (base && subtract(missing, base.gtids) === "" && subtract(base.gtids, executed) === "") {
    return { kind: "bridged", missing, base: base.id };
  }
  return { kind: "gap", missing };
}

import { subtract } from "./gtid-sets";

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

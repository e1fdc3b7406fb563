import { minus } from "./gtid-sets";

/** Whether an archive can go on from a MySQL. */
export type Continuity =
  | { kind: "continues" }
  /** MySQL lacks what is archived: it is behind, or its data has another history. */
  | { kind: "behind"; missing: string }
  /** MySQL has purged what is not archived, and no base has it. */
  | { kind: "gap"; missing: string }
  /** As `gap`, and a base has it: the archive goes on from there. */
  | { kind: "bridged"; missing: string; base: string };

/** What the decision is made of; GTID sets as text. */
export interface Sight {
  archived: string;
  executed: string;
  purged: string;
  /** The newest base of the same timeline, if there is one. */
  base: { id: string; gtids: string } | undefined;
}

/**
 * Decides from sets alone: archived ⊆ executed, else MySQL would be asked for more than it has and
 * would send nothing without a word; purged ⊆ archived, else something would be left out.
 */
export function continuity({ archived, executed, purged, base }: Sight): Continuity {
  const lacking = minus(archived, executed);
  if (lacking !== "") return { kind: "behind", missing: lacking };
  const missing = minus(purged, archived);
  if (missing === "") return { kind: "continues" };
  if (base && minus(missing, base.gtids) === "" && minus(base.gtids, executed) === "") {
    return { kind: "bridged", missing, base: base.id };
  }
  return { kind: "gap", missing };
}

import type { Certificate } from "./certificate";

/** A group that the data has been in, identified by its founding. */
export interface Ancestor {
  /**
   * Epoch and founder of the group, such as `7@db-1`. A founding without votes may take an epoch that
   * another group has too, so the epoch alone is not enough. For a group from before epochs: its group id.
   */
  epoch: string;
  /** GTID set of the founder at the founding. */
  founding: string;
  /** True if an operator's override founded the group, whatever was lost. */
  override?: true;
}

/**
 * The groups that the data has been in, oldest first, the present one last. The lineage is stored in the
 * database, so a clone has its donor's. A group reuses GTIDs of transactions that its founder did not
 * have, so a GTID identifies a transaction only together with the lineage.
 */
export type Lineage = readonly Ancestor[];

/** Identifier of a group in a lineage. */
export function lineageName({ epoch, kind, founder, groupId }: Certificate): string {
  return kind === "inherited" ? groupId : ancestorName(epoch, founder);
}

/** Identifier of a group with that epoch and founder. */
export function ancestorName(epoch: number, founder: string): string {
  return `${epoch}@${founder}`;
}

/** Epoch of an ancestor; 0 for a group from before epochs. */
export function epochOf({ epoch }: Ancestor): number {
  return Number(/^(\d+)@/.exec(epoch)?.[1] ?? 0);
}

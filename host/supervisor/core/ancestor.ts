/** A group that data has been in, from its making on. */
export interface Ancestor {
  /**
   * Epoch and founder of the group, such as `7@db-1`, since a founding that needs no votes may take a
   * number that another one has; of a group from before epochs were agreed on, its group id.
   */
  epoch: string;
  /** GTID set of the node that made it, as it made it. */
  founding: string;
}

/**
 * The groups that data has been in, oldest first, the present one last. It is kept with the data: a
 * copy has that of its donor. A group gives numbers again that were given to transactions which its
 * maker did not have, so a GTID says which transaction it is only together with this.
 */
export type Lineage = readonly Ancestor[];

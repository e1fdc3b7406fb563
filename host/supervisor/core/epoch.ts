/** Place of a node among the configured nodes. */
export interface Place {
  /** Index of the node, from 0. */
  index: number;
  /** Number of nodes. */
  count: number;
}

/**
 * The lowest epoch above `known` that belongs to the node: divided by the number of nodes, it leaves the node's index.
 * Two nodes thus never take the same epoch, also when one founds a group by votes and the other by an override that
 * asks nobody: views of different groups would be compared by their counters.
 */
export function epochFor({ index, count }: Place, known: number): number {
  const least = known + 1;
  return least + ((((index - least) % count) + count) % count);
}

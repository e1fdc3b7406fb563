import { epochOf, type Lineage } from "./ancestor";

/** Place of a node among the configured nodes. */
export interface Place {
  /** Index of the node, from 0. */
  index: number;
  /** Number of nodes. */
  count: number;
}

/** What knows of epochs: a node, or this node's memory, which has no lineage. */
export interface Knowing {
  /** Highest epoch that it has heard of or voted for. */
  highest: number;
  lineage?: Lineage;
}

/**
 * The lowest epoch above all that are known that belongs to the node: divided by the number of nodes, it leaves the node's
 * index. Two nodes thus never take the same epoch, also when one founds a group by votes and the other by an override that
 * asks nobody: views of different groups would be compared by their counters.
 */
export function epochFor({ index, count }: Place, known: readonly Knowing[]): number {
  const epochs = known.flatMap(({ highest, lineage = [] }) => [highest, ...lineage.map(epochOf)]);
  const least = 1 + Math.max(...epochs);
  return least + ((((index - least) % count) + count) % count);
}

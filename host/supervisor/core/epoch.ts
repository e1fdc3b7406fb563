import { epochOf, type Lineage } from "./ancestor";

/** Number of epochs of which each node has one: at least as many as any stack has databases, and the same for every list. */
export const epochsInTurn = 32;

/** What knows of epochs: a node, or this node's memory, which has no lineage. */
export interface Knowing {
  /** Highest epoch that it has heard of or voted for. */
  highest: number;
  lineage?: Lineage;
}

/**
 * The lowest epoch above all that are known that belongs to the node: divided by {@link epochsInTurn}, it leaves the
 * node's index among the configured nodes. Two nodes thus never take the same epoch, also when one founds a group by votes and the other by an override that
 * asks nobody: views of different groups would be compared by their counters.
 */
export function epochFor(index: number, known: readonly Knowing[]): number {
  const epochs = known.flatMap(({ highest, lineage = [] }) => [highest, ...lineage.map(epochOf)]);
  const least = 1 + Math.max(...epochs);
  return least + ((((index - least) % epochsInTurn) + epochsInTurn) % epochsInTurn);
}

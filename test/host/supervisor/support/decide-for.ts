import { decide, type Situation } from "../../../../host/supervisor/core/decide";
import type { NodeState } from "../../../../host/supervisor/core/node-state";

/** Names of the database nodes under test. */
export const nodes = ["db-1", "db-2", "db-3"];

/** What a node decides that sees those states of the others; a test says what else it is about. */
export function decideFor(self: NodeState, peers: NodeState[], more: Partial<Situation> = {}) {
  return decide({ nodes, self, peers, ...more });
}

import { decide, type Decision, type Situation } from "../../../../host/supervisor/core/decide";
import { isPrimary } from "../../../../host/supervisor/wire/roles";
import { isConfirmed, type NodeState } from "../../../../host/supervisor/core/view";

/** The rules that a simulation runs with; a test weakens one to see the simulation fail. */
export interface Rules {
  decide: (situation: Situation) => Decision;
  /** True if a primary is named to the proxies. */
  serves: (state: NodeState, peers: readonly NodeState[], nodeCount: number) => boolean;
  /** True if a bootstrap needs the claims of a majority. */
  claims: boolean;
  /** True if what was the only node ends to be that before it lets in another. */
  letsIn: boolean;
}

/** The rules as they are. */
export const rules: Rules = {
  decide,
  serves: (state, peers, count) => isPrimary(state) && isConfirmed(state, peers, count),
  claims: true,
  letsIn: true,
};

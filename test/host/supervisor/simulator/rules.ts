import { castVote, countVotes } from "../../../../host/supervisor/core/ballot";
import type { Decision } from "../../../../host/supervisor/core/decision";
import { decide, type Situation } from "../../../../host/supervisor/core/decide";
import { adoptFromPeer, updateFromPeers } from "../../../../host/supervisor/core/peer-updates";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { isConfirmed, isOwnPrimary } from "../../../../host/supervisor/core/who-serves";
import { isPrimary } from "../../../../host/supervisor/wire/serving";

/** The rules that a simulation runs with; a test weakens one to see the simulation fail. */
export interface Rules {
  decide: (situation: Situation) => Decision;
  /** True if a primary is named to the proxies. */
  serves: (state: NodeState, peers: readonly NodeState[], nodeCount: number) => boolean;
  castVote: typeof castVote;
  countVotes: typeof countVotes;
  follow: typeof adoptFromPeer;
  settle: typeof updateFromPeers;
  /** True if what is written survives a loss of power, the last write too. */
  isDurable: boolean;
  /** True if a node whose disk was replaced knows that it does not remember. */
  knowsLoss: boolean;
  /** True if what was the only node ends to be that before it lets in another. */
  letsIn: boolean;
  /** True if app nodes say which primaries they reach, and nobody reaches a node without a network. */
  witnesses: boolean;
}

/** The rules as they are. */
export const rules: Rules = {
  decide,
  serves: (state, peers, count) =>
    isPrimary(state) && (isConfirmed(state, peers, count) || (state.alone && isOwnPrimary(state))),
  ...{ castVote, countVotes, follow: adoptFromPeer, settle: updateFromPeers },
  ...{ isDurable: true, knowsLoss: true, letsIn: true, witnesses: true },
};

import { castVote, countVotes } from "../../../../host/supervisor/core/ballot";
import type { Decision } from "../../../../host/supervisor/core/decision";
import { decide, type Situation } from "../../../../host/supervisor/core/decide";
import { adoptFromPeer, updateFromPeers } from "../../../../host/supervisor/core/peer-updates";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { isConfirmed, isOwnPrimary } from "../../../../host/supervisor/core/who-serves";
import { isPrimary } from "../../../../host/supervisor/wire/serving";

/** What a node says and hears, with the list of nodes that the stack is to have. */
export interface Sight {
  list: readonly string[];
  self: NodeState;
  peers: readonly NodeState[];
}

/** The rules that a simulation runs with; a test weakens one to see the simulation fail. */
export interface Rules {
  decide: (situation: Situation) => Decision;
  /** True if a primary is named to the proxies. */
  serves: (state: NodeState, peers: readonly NodeState[], nodes: readonly string[]) => boolean;
  castVote: typeof castVote;
  countVotes: typeof countVotes;
  follow: typeof adoptFromPeer;
  settle: typeof updateFromPeers;
  /** True if majorities are counted over the electorate, false if each node counts over its own list. */
  agrees: boolean;
  /** True if the nodes outside of the new list are no longer needed. */
  mayRemove: (nodes: readonly Sight[]) => boolean;
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
  serves: (state, peers, nodes) =>
    isPrimary(state) && (isConfirmed(state, peers, nodes) || (state.alone && isOwnPrimary(state))),
  ...{ castVote, countVotes, follow: adoptFromPeer, settle: updateFromPeers },
  agrees: true,
  mayRemove: (nodes) => nodes.some(isSettled),
  ...{ isDurable: true, knowsLoss: true, letsIn: true, witnesses: true },
};

/** True for a confirmed primary that counts majorities over the list alone. */
function isSettled({ list, self, peers }: Sight): boolean {
  const { members, next } = self.electorate ?? { members: list };
  return next === undefined && members.length === list.length && isConfirmed(self, peers, list);
}

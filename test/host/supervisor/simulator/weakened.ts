import type { Certificate } from "../../../../host/supervisor/core/certificate";
import { countVotes } from "../../../../host/supervisor/core/ballot";
import { decide } from "../../../../host/supervisor/core/decide";
import { adoptFromPeer } from "../../../../host/supervisor/core/peer-updates";
import { isInGroup, type NodeState } from "../../../../host/supervisor/core/node-state";
import { isPrimary } from "../../../../host/supervisor/wire/serving";
import { type Rules } from "./rules";

/** How the number of nodes changes. */
export type Kind = "three" | "grows" | "resizes";

/** The rule of a start with what each node says changed. */
function believing(change: (state: NodeState) => Partial<NodeState>): Rules["decide"] {
  const changed = (state: NodeState) => ({ ...state, ...change(state) });
  return ({ self, peers, ...rest }) =>
    decide({ ...rest, self: changed(self), peers: peers.map(changed) });
}

/** The certificate as earlier supervisors wrote it: without what its founder knew and had. */
function withoutKnown(certificate: Certificate | null): Certificate | null {
  return certificate && { ...certificate, knew: undefined, had: undefined };
}

/** Votes as they are asked for, counted by number alone. */
const anyVotes: Pick<Rules, "castVote" | "countVotes"> = {
  castVote: (memory, _self, _peers, { epoch, founder }, _nodes, nowMs) => {
    memory.vote(epoch, founder, nowMs);
    return "";
  },
  countVotes: (nodes, _self, answers) =>
    (1 + answers.length) * 2 > nodes.length ? undefined : "too few",
};

/** What is weakened, how, a seed at which it shows, and how the number of nodes changes. */
export const weakened: [string, Partial<Rules>, number, Kind?][] = [
  [
    "any two nodes may make a group",
    // Nobody waits for the last primary: each one is taken for it. Votes must follow, or no group is made at all.
    {
      ...anyVotes,
      decide: believing(({ node, lastView }) => ({
        lastView: lastView && { ...lastView, primary: node },
      })),
    },
    3,
  ],
  ["a primary serves before others know it", { serves: (state) => isPrimary(state) }, 2],
  ["a number in a GTID is the transaction", { decide: believing(() => ({ lineage: [] })) }, 8],
  [
    "what was written in a group without a certificate is taken for the certified group's",
    { decide: believing(() => ({ trustedGtid: null })) },
    4,
  ],
  [
    "what a broken copy left is taken for data",
    { decide: believing(() => ({ cloneIncomplete: false })) },
    24,
  ],
  ["a node that lost its disk takes itself for one that remembers", { knowsLoss: false }, 99],
  ["the last record is lost with the power", { isDurable: false }, 65],
  [
    "a group is made without votes by a node that takes itself for the last primary",
    {
      countVotes: () => undefined,
      decide: believing(({ node, lastView }) => ({
        lastView: lastView && { ...lastView, primary: node },
      })),
    },
    3,
    "grows",
  ],
  [
    "a member stays in a group without a valid certificate",
    {
      decide: (situation) => (isInGroup(situation.self) ? { type: "nothing" } : decide(situation)),
    },
    6,
  ],
  [
    "each node counts majorities over its own list of nodes",
    { agrees: false, mayRemove: () => true, witnesses: true },
    492,
    "resizes",
  ],
  [
    "an operator's group is followed by nodes that know of later primaries, or have more of the same one",
    {
      decide: believing(({ certificate }) => ({ certificate: withoutKnown(certificate) })),
      follow: (memory, self, peers, record, ...rest) => {
        const certificate = withoutKnown(record.certificate)!;
        adoptFromPeer(memory, self, peers, { ...record, certificate }, ...rest);
      },
    },
    6708,
    "grows",
  ],
  [
    "the only node takes itself for that when others are there",
    { decide: believing((one) => (isInGroup(one) ? { sole: false } : {})), letsIn: false },
    104,
    "grows",
  ],
  [
    "the electorate is taken for all nodes, also while configured ones are not in it",
    {
      decide: ({ nodes, self, ...rest }) =>
        decide({ ...rest, self, nodes: self.electorate?.members ?? nodes }),
      countVotes: (nodes, self, ...rest) =>
        countVotes(self.electorate?.members ?? nodes, self, ...rest),
      witnesses: true,
    },
    1004,
    "grows",
  ],
];

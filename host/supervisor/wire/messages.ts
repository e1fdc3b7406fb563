import type { VoteAnswer } from "../core/ballot";
import type { VoteRequest } from "../core/founding-rule";
import { type GroupRecord, groupRecordIn, voteRequestIn } from "../core/messages";
import type { NodeState } from "../core/node-state";
import type { OverrideAnswer } from "../policy/override";
import type { Problem } from "../policy/problem";
import type { ControlAnswer, ControlHandlers } from "./control-server";
import type { PeerHandlers } from "./peer-server";

/** How long the nodes ask for patience that are on their way into the group, seconds. */
const patienceSeconds = 180;

/** What calls are answered from. */
export interface Answers {
  /** The last look at MySQL. */
  state: () => NodeState;
  /** False if that look is too old: MySQL hangs. */
  isFresh: () => boolean;
  /** Why the node is not healthy; undefined if it is. */
  problem: () => Problem | undefined;
  /** Takes over what a peer knows as the latest group. */
  adopt: (record: GroupRecord) => void;
  /** Votes for the founding of a group, or says why not. */
  vote: (request: VoteRequest) => VoteAnswer;
  /** Takes an operator's word that this node is to found a group, or says why not. */
  override: () => OverrideAnswer;
  /** Takes an operator's word that what cannot be saved before a copy may be lost. */
  discard: () => void;
  /** Learns that a member is about to come or to leave. */
  announced: () => void;
  /** Makes ready for the stop of this node's MySQL. */
  leaving: () => void;
}

/** What the nodes of the group say to each other; `nodes` are the names of all. */
export function peerHandlers(answers: Answers, nodes: readonly string[]): PeerHandlers {
  return {
    "/state": () => told(answers),
    "/record": (_, body) => {
      const record = groupRecordIn(body, nodes);
      if (!record) return undefined;
      answers.adopt(record);
      return told(answers);
    },
    "/vote": (peer, body) => {
      const request = voteRequestIn(peer, body, nodes);
      return request && answers.vote(request);
    },
    "/change": () => {
      answers.announced();
      return {};
    },
  };
}

/** What root of this host may ask of its supervisor, and tell it. */
export function controlHandlers(answers: Answers): ControlHandlers {
  return {
    "GET /state": () => ({ status: 200, body: told(answers) }),
    "GET /health": () => health(answers),
    "POST /leaving": () => {
      answers.leaving();
      return { status: 200, body: {} };
    },
    "POST /discard": () => {
      answers.discard();
      return { status: 200, body: {} };
    },
    "POST /override": () => ({ status: 200, body: answers.override() }),
  };
}

/** The state as others may take it: that of a MySQL that hangs is no member. */
function told({ state, isFresh }: Answers): NodeState {
  return isFresh() ? state() : { ...state(), ready: false, member: null };
}

/** 503 with patience is the answer of a node that is on its way. */
function health({ isFresh, problem }: Answers): ControlAnswer {
  const found = isFresh() ? problem() : { text: "MySQL does not answer", moving: false };
  if (!found) return { status: 200, body: "healthy" };
  const retryAfterSeconds = found.moving ? patienceSeconds : 0;
  return { status: 503, body: found.text, retryAfterSeconds };
}

import { log } from "../log";
import type { Settings } from "../settings";
import { checksPort, serveChecks } from "./checks-server";
import {
  controlSocket,
  serveControl,
  type ControlAnswer,
  type ControlHandlers,
} from "./control-server";
import { servePeers, type PeerHandlers } from "./peer-server";
import { type PeerCredentials, peerPort } from "./peer-tls";
import type { Serving } from "./serving";
import type { VoteAnswer } from "../core/ballot";
import type { VoteRequest } from "../core/founding-rule";
import { type GroupRecord, groupRecordIn, voteRequestIn } from "../core/messages";
import type { NodeState } from "../core/node-state";
import type { Writes, Problem } from "../policy/problem";
import type { OverrideAnswer } from "../policy/override";

/** Functions that the supervisor's servers call. */
export interface ServeArgs extends Omit<SupervisorCalls, "writes"> {
  serving: Serving;
  /** True while this node prepares to hand the primary role over. */
  isHandingOver: () => boolean;
  /** Called with the address that sent a role check, and the nodes that it reaches as primaries. */
  onAsked: (address: string, primaries: string[]) => void;
  /** Called with the name of each peer that sends a request. */
  onPeerRequest: (peer: string) => void;
}

/**
 * Starts the three servers: for peers with a certificate, for the proxies' checks, and for root of this
 * host. A single node has no server for peers.
 */
export function serve(settings: Settings, credentials: PeerCredentials, served: ServeArgs): void {
  const { node: self, privateIp: address, nodes } = settings;
  const calls = { ...served, writes: () => served.serving.writes() };
  serveControl(controlSocket, controlHandlers(calls));
  serveChecks({
    ...{ address, port: checksPort, onAsked: served.onAsked },
    isPrimary: () => served.serving.isPrimary(),
    isLeaving: served.isHandingOver,
    isReplica: (limitMs) => served.serving.isReplica(served.state(), limitMs),
  });
  if (nodes.length === 1) return;
  const handlers = peerHandlers(calls);
  const { onPeerRequest: onHeard } = served;
  servePeers({
    address,
    port: peerPort,
    credentials,
    nodes,
    self,
    handlers,
    onPeerRequest: onHeard,
  });
}

/** Retry-After of a node that makes progress, seconds. */
const patienceSeconds = 180;

/** Functions that the request handlers call. */
export interface SupervisorCalls {
  /** State at the last poll of MySQL. */
  state: () => NodeState;
  /** False if that poll is stale: MySQL hangs. */
  isFresh: () => boolean;
  /** Whether the node takes writes, and why a primary takes none. */
  writes: () => Writes;
  /** Why the node is not healthy; undefined if it is. */
  problem: () => Problem | undefined;
  /** Adopts the latest group that a peer knows. */
  adopt: (record: GroupRecord) => void;
  /** Votes for the founding of a group, or answers the reason against it. */
  vote: (request: VoteRequest) => VoteAnswer;
  /** Handles an operator's order that this node founds a group. */
  override: () => OverrideAnswer;
  /** Handles an operator's permission to lose transactions that cannot be saved before a clone. */
  discard: () => void;
  /** Called when a member is about to join or to leave. */
  announced: () => void;
  /** Has the primary, this node or a peer, hand its role over to another member; answers once that is the primary. */
  handOver: (body: unknown) => Promise<ControlAnswer>;
  /** Hands this node's primary role over, as a peer requests; answers once the heir is the primary. */
  handOverHere: (body: unknown) => Promise<ControlAnswer>;
  /** Prepares for a stop of this node's MySQL. */
  leaving: () => void;
}

/** Handlers of requests from peers. */
export function peerHandlers(answers: SupervisorCalls): PeerHandlers {
  return {
    "/state": () => reportedState(answers),
    "/record": (_, body) => {
      const record = groupRecordIn(body);
      if (!record) return undefined;
      answers.adopt(record);
      return reportedState(answers);
    },
    "/vote": (peer, body) => {
      const request = voteRequestIn(peer, body);
      return request && answers.vote(request);
    },
    "/hand-over": (peer, body) => {
      log(5, `${peer} requests a switch of the primary`);
      return answers.handOverHere(body);
    },
    "/change": () => {
      answers.announced();
      return {};
    },
  };
}

/** Handlers of requests from root of this host. */
export function controlHandlers(answers: SupervisorCalls): ControlHandlers {
  return {
    "GET /state": () => ({
      status: 200,
      body: { ...reportedState(answers), ...answers.writes() },
    }),
    "GET /health": () => health(answers),
    "POST /leaving": () => {
      answers.leaving();
      return { status: 200, body: {} };
    },
    "POST /hand-over": (body) => answers.handOver(body),
    "POST /discard": () => {
      answers.discard();
      return { status: 200, body: {} };
    },
    "POST /override": () => ({ status: 200, body: answers.override() }),
  };
}

/** The state for other nodes: with a hanging MySQL this node reports that it is no member. */
function reportedState({ state, isFresh }: SupervisorCalls): NodeState {
  return isFresh() ? state() : { ...state(), ready: false, member: null };
}

/** Health of the node. A node that makes progress answers 503 with Retry-After. */
function health({ isFresh, problem }: SupervisorCalls): ControlAnswer {
  const found = isFresh() ? problem() : { text: "MySQL does not answer", moving: false };
  if (!found) return { status: 200, body: "healthy" };
  const retryAfterSeconds = found.moving ? patienceSeconds : 0;
  return { status: 503, body: found.text, retryAfterSeconds };
}

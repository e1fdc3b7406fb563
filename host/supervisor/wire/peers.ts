import { monotonicMs } from "../../time/monotonic";
import type { VoteAnswer } from "../core/ballot";
import type { VoteRequest } from "../core/founding-rule";
import { type GroupRecord, nodeStateIn } from "../core/messages";
import type { NodeState } from "../core/node-state";
import type { PeerSilence } from "../xcom/silent-hosts";
import type { PeerNode } from "./peer-tls";

/** Pause between two requests to a peer, milliseconds. */
const pauseMs = 200;
/** Age from which an answer is stale, milliseconds. */
const freshMs = 1_500;

/** Client of one peer; see `peer-client.ts`. */
export interface PeerRequests {
  /** The peer's answer; undefined if there is none. */
  ask: (path: string, body?: object, longestMs?: number) => Promise<unknown>;
}

/** A peer and what is known of it. */
interface Peer {
  node: PeerNode;
  client: PeerRequests;
  /** Time of the last sign of life of its host; at first the start of this program. */
  signMs: number;
  answer?: { state: NodeState; atMs: number };
  /** True once the peer has answered. */
  wasHeard?: boolean;
}

/** The other database nodes. Each is polled independently, so that a dead one does not delay the others. */
export class Peers {
  private readonly peers: readonly Peer[];

  /**
   * @param nodes the other database nodes.
   *
   * @param clientOf creates the client of a node; the client calls `onSign` at every sign of life of the
   * host.
   *
   * @param onAnswer receives a peer's state, and the monotonic time of the request, milliseconds.
   */
  constructor(
    nodes: readonly PeerNode[],
    clientOf: (node: PeerNode, onSign: () => void) => PeerRequests,
    private readonly onAnswer: (state: NodeState, askedMs: number) => void,
  ) {
    this.peers = nodes.map((node) => {
      const client = clientOf(node, () => this.noteAlive(node.name));
      return { node, client, signMs: monotonicMs() };
    });
  }

  /** Starts polling, for ever. */
  watch(): void {
    for (const peer of this.peers) void this.askAgain(peer);
  }

  private async askAgain(peer: Peer): Promise<void> {
    const askedMs = monotonicMs();
    const state = this.keep(peer, await peer.client.ask("/state"));
    if (state) this.onAnswer(state, askedMs);
    setTimeout(() => void this.askAgain(peer), pauseMs);
  }

  /** Stores the state that a peer sent; undefined if it is malformed or missing. */
  private keep(peer: Peer, answer: unknown): NodeState | undefined {
    const state = nodeStateIn(peer.node.name, answer);
    if (!state) return undefined;
    peer.answer = { state, atMs: monotonicMs() };
    peer.wasHeard = true;
    return state;
  }

  /** Records a sign of life of that node's host; ignores names of nodes that are no peers. */
  noteAlive(name: string): void {
    const peer = this.peers.find(({ node }) => node.name === name);
    if (peer) peer.signMs = monotonicMs();
  }

  /** Time since the last sign of life of each peer's host. */
  silences(): PeerSilence[] {
    const now = monotonicMs();
    return this.peers.map(({ node, signMs }) => ({
      address: node.privateIp,
      silentMs: now - signMs,
    }));
  }

  /** Fresh states of the peers; peers without a fresh answer are left out. */
  states(): NodeState[] {
    const since = monotonicMs() - freshMs;
    return this.peers.flatMap(({ answer }) => (answer && answer.atMs > since ? answer.state : []));
  }

  /** The last state of each peer, however old; undefined for a peer that never answered. */
  lastStates(): { node: string; state: NodeState | undefined; isFresh: boolean }[] {
    const since = monotonicMs() - freshMs;
    return this.peers.map(({ node, answer }) => {
      return {
        node: node.name,
        state: answer?.state,
        isFresh: (answer?.atMs ?? -Infinity) > since,
      };
    });
  }

  /**
   * True if every peer but the founder has answered recently, or has been silent for as long as an answer
   * counts. A silent peer has not received this node's answers, so it cannot serve another group because
   * of them. A supervisor that has just started has to wait that long too.
   */
  areOthersAccountedFor(founder: string): boolean {
    const since = monotonicMs() - freshMs;
    const isSure = ({ answer, signMs }: Peer) =>
      (answer?.atMs ?? -Infinity) > since || signMs < since;
    return this.peers.every((peer) => peer.node.name === founder || isSure(peer));
  }

  /** Number of peers that have ever answered. */
  answeredCount(): number {
    return this.peers.filter(({ wasHeard }) => wasHeard).length;
  }

  /** Sends the group record to the peers without waiting for their next poll. */
  sendRecord(record: GroupRecord): void {
    for (const peer of this.peers) {
      void peer.client.ask("/record", record).then((answer) => this.keep(peer, answer));
    }
  }

  /** A peer's answer to a request; undefined if there is none in so many milliseconds, or no such peer. */
  async ask(name: string, path: string, body: object, longestMs: number): Promise<unknown> {
    return this.peers.find(({ node }) => node.name === name)?.client.ask(path, body, longestMs);
  }

  /** Tells the peers that this node is about to join the group or to leave it. */
  announce(): void {
    for (const { client } of this.peers) void client.ask("/change", {});
  }

  /** Asks every peer for its vote; peers that do not answer are left out. */
  async vote(request: Omit<VoteRequest, "founder">): Promise<VoteAnswer[]> {
    const answers = await Promise.all(
      this.peers.map(async ({ node, client }) => {
        const answer = (await client.ask("/vote", request)) as Partial<VoteAnswer> | undefined;
        const isAnswer =
          typeof answer?.refusal === "string" && nodeStateIn(node.name, answer.state);
        return isAnswer ? [answer as VoteAnswer] : [];
      }),
    );
    return answers.flat();
  }
}

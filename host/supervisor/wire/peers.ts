import { monotonicMs } from "../../time/monotonic";
import type { VoteAnswer } from "../core/ballot";
import type { VoteRequest } from "../core/founding-rule";
import { type GroupRecord, nodeStateIn } from "../core/messages";
import type { NodeState } from "../core/node-state";
import type { Silence } from "../xcom/fast-refusal";
import type { PeerNode } from "./peer-tls";

/** Time between two questions to a peer, milliseconds. */
const pauseMs = 200;
/** Age from which an answer says nothing any more, milliseconds. */
const freshMs = 1_500;

/** A peer as it is asked; see `peer-client.ts`. */
export interface AskedPeer {
  /** What it answers; undefined if it does not. */
  ask: (path: string, body?: object) => Promise<unknown>;
}

/** A peer with what is known of it. */
interface Peer {
  node: PeerNode;
  client: AskedPeer;
  /** When there was the last sign of life of its host; at first the start of this program. */
  signMs: number;
  answer?: { state: NodeState; atMs: number };
  /** True once it has answered. */
  wasHeard?: boolean;
}

/** The other nodes, each asked on its own, so that one that is dead delays no answer of another. */
export class Peers {
  private readonly peers: readonly Peer[];

  /**
   * @param nodes the other database nodes.
   * @param clientOf makes the client of one, which says every sign of life of its host.
   * @param onAnswer receives what a peer said, and when it was asked, on the monotonic clock,
   * milliseconds.
   */
  constructor(
    nodes: readonly PeerNode[],
    clientOf: (node: PeerNode, onSign: () => void) => AskedPeer,
    private readonly onAnswer: (state: NodeState, askedMs: number) => void,
  ) {
    this.peers = nodes.map((node) => {
      const client = clientOf(node, () => this.hear(node.name));
      return { node, client, signMs: monotonicMs() };
    });
  }

  /** Starts asking, for ever. */
  watch(): void {
    for (const peer of this.peers) void this.askAgain(peer);
  }

  private async askAgain(peer: Peer): Promise<void> {
    const askedMs = monotonicMs();
    const state = this.keep(peer, await peer.client.ask("/state"));
    if (state) this.onAnswer(state, askedMs);
    setTimeout(() => void this.askAgain(peer), pauseMs);
  }

  /** Keeps what a peer said of itself; undefined if it said nothing, or nothing of itself. */
  private keep(peer: Peer, said: unknown): NodeState | undefined {
    const state = nodeStateIn(peer.node.name, said);
    if (!state) return undefined;
    peer.answer = { state, atMs: monotonicMs() };
    peer.wasHeard = true;
    return state;
  }

  /** Notes a sign of life of the host of that node; of one that is no peer it says nothing. */
  hear(name: string): void {
    const peer = this.peers.find(({ node }) => node.name === name);
    if (peer) peer.signMs = monotonicMs();
  }

  /** How long nothing was heard of each peer. */
  silences(): Silence[] {
    const now = monotonicMs();
    return this.peers.map(({ node, signMs }) => ({
      address: node.privateIp,
      silentMs: now - signMs,
    }));
  }

  /** What the peers said of themselves not long ago; those that did not answer are left out. */
  states(): NodeState[] {
    const since = monotonicMs() - freshMs;
    return this.peers.flatMap(({ answer }) => (answer && answer.atMs > since ? answer.state : []));
  }

  /**
   * True if nothing that this node said can be held against another group: each peer but that one said lately
   * what it is, or gave no sign of life, and so asked for nothing, for as long as an answer counts. A supervisor
   * that has just started waits so long too.
   */
  isSureBeside(founder: string): boolean {
    const since = monotonicMs() - freshMs;
    const isSure = ({ answer, signMs }: Peer) =>
      (answer?.atMs ?? -Infinity) > since || signMs < since;
    return this.peers.every((peer) => peer.node.name === founder || isSure(peer));
  }

  /** How many of them have ever answered. */
  heardCount(): number {
    return this.peers.filter(({ wasHeard }) => wasHeard).length;
  }

  /** Tells the peers who is the primary without waiting for their next question. */
  tell(record: GroupRecord): void {
    for (const peer of this.peers) {
      void peer.client.ask("/record", record).then((said) => this.keep(peer, said));
    }
  }

  /** Tells the peers that this node is about to come into the group or to leave it. */
  announce(): void {
    for (const { client } of this.peers) void client.ask("/change", {});
  }

  /** Asks every peer for its vote; those that do not answer are left out. */
  async vote(request: Omit<VoteRequest, "founder">): Promise<VoteAnswer[]> {
    const answers = await Promise.all(
      this.peers.map(async ({ node, client }) => {
        const said = (await client.ask("/vote", request)) as Partial<VoteAnswer> | undefined;
        const isAnswer = typeof said?.refusal === "string" && nodeStateIn(node.name, said.state);
        return isAnswer ? [said as VoteAnswer] : [];
      }),
    );
    return answers.flat();
  }
}

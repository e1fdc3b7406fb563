import { monotonicMs } from "../../time/monotonic";
import type { LastView, NodeState } from "../core/view";
import type { Silence } from "../xcom/fast-refusal";
import type { PeerNode } from "./peer-tls";

/** Time between two questions to a peer, milliseconds. */
const pauseMs = 200;
/** Age from which an answer says nothing any more, milliseconds. */
const freshMs = 1_500;

/** What a supervisor of before does not say. */
const unsaid = {
  lineage: [],
  cloneIncomplete: false,
  connectingTo: [],
  maybeConnectingTo: [],
  notReading: [],
};

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
    if (!isStateOf(peer.node.name, said)) return undefined;
    const state = { ...unsaid, ...said };
    peer.answer = { state, atMs: monotonicMs() };
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

  /** Tells the peers who is the primary without waiting for their next question. */
  tell(view: LastView): void {
    for (const peer of this.peers) {
      void peer.client.ask("/view", { view }).then((said) => this.keep(peer, said));
    }
  }

  /** Tells the peers that this node is about to come into the group or to leave it. */
  announce(): void {
    for (const { client } of this.peers) void client.ask("/change", {});
  }

  /** Those that grant this node, which knows of `view` as the last, the claim to bootstrap. */
  async grants(_node: string, view: LastView | null): Promise<NodeState[]> {
    const answers = await Promise.all(
      this.peers.map(async ({ node, client }) => {
        const said = (await client.ask("/claim", { view })) as
          { granted?: unknown; state?: unknown } | null | undefined;
        const granted = said?.granted === true && isStateOf(node.name, said.state);
        return granted ? [{ ...unsaid, ...(said.state as NodeState) }] : [];
      }),
    );
    return answers.flat();
  }

  /** Gives the claim of this node back. */
  async release(_node: string): Promise<void> {
    await Promise.all(this.peers.map(({ client }) => client.ask("/release", {})));
  }
}

function isStateOf(name: string, said: unknown): said is NodeState {
  return typeof said === "object" && said !== null && "node" in said && said.node === name;
}

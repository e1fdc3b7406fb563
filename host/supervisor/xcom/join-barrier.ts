import type { NodeState } from "../core/node-state";

/**
 * How long the node waits for all members, milliseconds: two rounds of their reconnects. In the end these
 * come every ten seconds, at the same times if the members lost the node together; otherwise they may
 * never coincide.
 */
const allMs = 19_500;

/**
 * Decides which members a node waits for before it asks a seed to let it join. The caller calls {@link
 * names} repeatedly while it waits.
 *
 * The node waits for members that do not hear it: first for all of them, then only for the primary, which
 * orders all messages. If a member may be trying to connect, the node waits for one of its reconnect
 * times: a member that was trying is connected by then, and hears the node at the following one. A member
 * that was not trying connects once the node joins, and hears it at its next reconnect time.
 */
export class JoinBarrier {
  private beganAtMs: number | undefined;
  private readonly listened = new Set<string>();
  private readonly looked = new Set<string>();

  /**
   * @param node name of the joining node.
   *
   * @param peers current states of the peers.
   */
  constructor(
    private readonly node: string,
    private readonly peers: () => readonly NodeState[],
  ) {}

  /** Names of the members that the node has to wait for now. */
  names(nowMs: number): string[] {
    this.beganAtMs ??= nowMs;
    const waitsForAll = nowMs - this.beganAtMs < allMs;
    return this.peers()
      .filter((peer) => peer.connectingTo.includes(this.node) || this.holdsUp(peer, waitsForAll))
      .map((peer) => peer.node);
  }

  private holdsUp(peer: NodeState, waitsForAll: boolean): boolean {
    const isDeaf = peer.notReading.includes(this.node);
    if (!isDeaf) this.listened.add(peer.node);
    else if (this.listened.has(peer.node)) this.looked.add(peer.node);
    const waits =
      isDeaf || (peer.maybeConnectingTo.includes(this.node) && !this.looked.has(peer.node));
    return waits && (waitsForAll || isPrimary(peer));
  }
}

/** While a member's MySQL does not answer, its last view tells whether it is the primary. */
function isPrimary({ node, member, lastView }: NodeState): boolean {
  return member ? member.role === "PRIMARY" : lastView?.primary === node;
}

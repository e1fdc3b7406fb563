import type { NodeState } from "../core/node-state";

/**
 * How long all members are waited for, milliseconds: for two of their looks, which come every ten
 * seconds in the end, at the same times if they lost the node at the same moment. Else they may never
 * fall together.
 */
const allMs = 19_500;

/**
 * Which members a node waits for before it asks one of them to be let in. It calls {@link names} again
 * and again while it waits.
 *
 * It waits for those that do not hear it: at first for all, then for the primary alone, through whom
 * all messages go. If a member may be trying to connect to the node, one of its looks has to go by: it
 * tries in the same steps, so it is connected then if it did, and hears the node with the look after
 * that. Else it connects once the node is let in, and hears it with its next look.
 */
export class JoinBarrier {
  private beganAtMs: number | undefined;
  private readonly listened = new Set<string>();
  private readonly looked = new Set<string>();

  /**
   * @param node name of the node.
   * @param peers what the others say.
   */
  constructor(
    private readonly node: string,
    private readonly peers: () => readonly NodeState[],
  ) {}

  /** Names of the members that it has to wait for now. */
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

/** While its MySQL does not answer it is the one that the last view says. */
function isPrimary({ node, member, lastView }: NodeState): boolean {
  return member ? member.role === "PRIMARY" : lastView?.primary === node;
}

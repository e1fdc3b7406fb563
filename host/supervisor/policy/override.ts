import { isLater, type LastView } from "../core/certificate";
import { mayCertifyInPlace } from "../core/doubt";
import { trustedPart } from "../core/lineage";
import { isMajorityOf, listsOf } from "../core/electorate";
import { isInGroup, type NodeState } from "../core/node-state";
import { isUnconfirmedPrimary, knowing } from "../core/who-serves";

/**
 * How long an override holds, milliseconds. An override that was not used, because a group came back by
 * itself, must not found a group of one node at the next outage of all nodes.
 */
const holdsMs = 120_000;

/** A primary that an app node reaches. */
export interface ReachedPrimary {
  /** Private address of the app node. */
  by: string;
  /** Name of the primary. */
  primary: string;
}

/** What a node knows of the others when an operator asks for an override. */
export interface OverrideContext {
  /** States of the peers that answer. */
  peers: readonly NodeState[];
  /** A primary that an app node reaches, although this node may not see it. */
  otherPrimary: ReachedPrimary | undefined;
  /** Names of all database nodes, as configured. */
  nodes: readonly string[];
}

/** Answer to an operator who orders this node to found the group, whatever is lost. */
export interface OverrideAnswer {
  accepted: boolean;
  reason: string;
}

/**
 * An operator's order that this node founds the group. It is kept in memory only: a restart of the
 * supervisor or of the machine cancels it.
 */
export class Override {
  private accepted: { atMs: number; lastView: LastView | null } | undefined;

  /**
   * Accepts or refuses the order. It is refused beside a visible group with a majority, and beside a
   * primary that an app node reaches. A member accepts it only as the primary of a group that no majority
   * confirms.
   */
  request(self: NodeState, sight: OverrideContext, nowMs: number): OverrideAnswer {
    const reason = refusal(self, sight);
    if (reason === "") this.accepted = { atMs: nowMs, lastView: self.lastView };
    return { accepted: reason === "", reason: reason || `${self.node} founds the group` };
  }

  /**
   * True while the order holds. It ends after `holdsMs`, and with any sign of a group. It is checked again
   * right before this node's group counts.
   */
  holds(self: NodeState, sight: OverrideContext, nowMs: number): boolean {
    const { accepted } = this;
    if (!accepted) return false;
    const isOver = nowMs - accepted.atMs > holdsMs || isLater(self.lastView, accepted.lastView);
    const holds = !isOver && refusal(self, sight) === "";
    if (!holds) this.end();
    return holds;
  }

  /** Cancels the order once it was carried out. */
  end(): void {
    this.accepted = undefined;
  }
}

function refusal(self: NodeState, { peers, otherPrimary, nodes }: OverrideContext): string {
  if (self.cloneIncomplete) return `${self.node} has no data: its clone was interrupted`;
  if (isEmpty(self) && !isAllEmpty(peers, nodes)) return `${self.node} has no data`;
  if (isInGroup(self) && !mayCertifyInPlace(self, peers, nodes)) {
    return whyNotHere(self, peers, nodes) ?? `${self.node} is a member of a group`;
  }
  const member = peers.find((one) => isInGroup(one) && one.majority && !isFollower(one, self));
  if (member) {
    return (
      whyNotHere(self, peers, nodes) ??
      `${self.node} sees ${member.node} in a group with a majority`
    );
  }
  if (otherPrimary) {
    return `the app node ${otherPrimary.by} reaches ${otherPrimary.primary} as the primary`;
  }
  const founder = peers.find(({ founding }) => founding > 0);
  if (founder) return `${founder.node} is founding a group right now`;
  const known = peers.find(
    (one) =>
      one.member?.state === "ONLINE" && isMajorityOf(knowing(peers, one), listsOf(one, nodes)),
  );
  return known ? `a majority knows of a group with ${known.node}` : "";
}

/** True for a member of this primary's own group, which is no other group. */
function isFollower(one: NodeState, self: NodeState): boolean {
  const isOwnGroup = isInGroup(self) && self.groupId !== null && one.groupId === self.groupId;
  return isOwnGroup && one.member?.role === "SECONDARY";
}

/** Reason if a primary that no majority confirms is seen: the override belongs there. */
function whyNotHere(
  self: NodeState,
  peers: readonly NodeState[],
  nodes: readonly string[],
): string | undefined {
  const primary = peers.find((one) => {
    const others = [self, ...peers].filter(({ node }) => node !== one.node);
    return isUnconfirmedPrimary(one, others, nodes);
  });
  return (
    primary &&
    `${self.node} sees ${primary.node} as the primary of a group that no majority confirms, as far as it sees: order the override on ${primary.node}, or stop MySQL there first`
  );
}

/** True if every other node is visible and has no data either: a stack that lost its first group. */
function isAllEmpty(peers: readonly NodeState[], nodes: readonly string[]): boolean {
  return peers.length === nodes.length - 1 && peers.every(isEmpty);
}

/** True if the node has no transaction of a certified group. */
function isEmpty(state: NodeState): boolean {
  return trustedPart(state).gtid === "";
}

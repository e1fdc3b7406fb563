import { isLater, type LastView } from "../core/certificate";
import { isInGroup, isMajority, type NodeState } from "../core/node-state";
import { countKnowing } from "../core/who-serves";

/**
 * How long the word holds, milliseconds. One that was not followed by then, because a group came
 * back by itself, must not make a group of one node at the next loss of all.
 */
const holdsMs = 120_000;

/** A primary that an app node reaches. */
export interface ReachedPrimary {
  /** Private address of the app node. */
  by: string;
  /** Name of the primary. */
  primary: string;
}

/** What a node sees of others when an operator asks it. */
export interface Sight {
  /** States of the peers that it hears. */
  peers: readonly NodeState[];
  /** A primary that an app node reaches, which this node may not see. */
  otherPrimary: ReachedPrimary | undefined;
  /** Number of all database nodes. */
  nodeCount: number;
}

/** Answer to an operator who wants this node to found the group, whatever is lost. */
export interface OverrideAnswer {
  accepted: boolean;
  reason: string;
}

/**
 * An operator's word that this node is to found the group. It is kept in memory alone: a restart of the
 * supervisor or of the machine ends it.
 */
export class Override {
  private said: { atMs: number; lastView: LastView | null } | undefined;

  /**
   * Takes the word, or says why not: never beside a group with a majority that this node sees, nor beside
   * a primary that an app node reaches.
   */
  ask(self: NodeState, sight: Sight, nowMs: number): OverrideAnswer {
    const reason = refusal(self, sight);
    if (reason === "") this.said = { atMs: nowMs, lastView: self.lastView };
    return { accepted: reason === "", reason: reason || `${self.node} founds the group` };
  }

  /**
   * True while the word holds: it ends with time, and with any sign of a group. It is asked again right
   * before the group of this node counts.
   */
  holds(self: NodeState, sight: Sight, nowMs: number): boolean {
    const { said } = this;
    if (!said) return false;
    const isOver = nowMs - said.atMs > holdsMs || isLater(self.lastView, said.lastView);
    const holds = !isOver && refusal(self, sight) === "";
    if (!holds) this.end();
    return holds;
  }

  /** Forgets the word, once it was followed. */
  end(): void {
    this.said = undefined;
  }
}

function refusal(self: NodeState, { peers, otherPrimary, nodeCount }: Sight): string {
  if (self.cloneIncomplete) return `${self.node} has no data: a copy was broken off`;
  if (self.gtid === "" && !isAllEmpty(peers, nodeCount)) return `${self.node} has no data`;
  if (isInGroup(self)) return `${self.node} is a member of a group`;
  const member = peers.find((one) => isInGroup(one) && one.majority);
  if (member) return `${self.node} sees that ${member.node} is in a group with a majority`;
  if (otherPrimary) {
    return `the app node ${otherPrimary.by} reaches ${otherPrimary.primary} as the primary`;
  }
  const founder = peers.find(({ founding }) => founding > 0);
  if (founder) return `${founder.node} is founding a group just now`;
  const known = peers.find(
    ({ lastView, member: state }) =>
      lastView && state?.state === "ONLINE" && isMajority(countKnowing(peers, lastView), nodeCount),
  );
  return known ? `a majority knows of a group with ${known.node}` : "";
}

/** True if every other node is seen and has no data either: a stack that lost its first group. */
function isAllEmpty(peers: readonly NodeState[], nodeCount: number): boolean {
  return peers.length === nodeCount - 1 && peers.every(({ gtid }) => gtid === "");
}

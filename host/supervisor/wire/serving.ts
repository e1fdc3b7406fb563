import { isContested } from "../core/who-serves";
import type { Observer } from "../observation/observer";
import { servesLate } from "../policy/late-poll";
import { type Writes, whyNoWrites } from "../policy/problem";
import type { ReachedPrimary } from "../policy/override";
import type { Peers } from "./peers";
import { isCertified, type NodeState } from "../core/node-state";

/** Sources of the answers. */
interface Parts {
  observer: Observer;
  peers: Pick<Peers, "states">;
  /** Names of all database nodes. */
  nodes: readonly string[];
  /** True if enough nodes know that this node is the primary. */
  confirmed: () => boolean;
  /** A primary other than this node that an app node reaches. */
  otherPrimary: () => ReachedPrimary | undefined;
}

/** Answers the proxies' role checks. */
export class Serving {
  /** True if the last answered poll showed a serving primary. */
  private served = false;

  constructor(private readonly parts: Parts) {}

  /** Processes a poll that has ended. */
  note(): void {
    const { observer, confirmed } = this.parts;
    if (observer.isFresh()) this.served = isPrimary(observer.state) && confirmed();
  }

  /** True if writes may go to this node; for a MySQL that answers late see {@link servesLate}. */
  isPrimary(): boolean {
    const { observer, peers, nodes, confirmed, otherPrimary } = this.parts;
    const self = observer.state;
    if (isContested(self, otherPrimary() !== undefined)) return false;
    if (observer.isFresh()) return isPrimary(self) && confirmed();
    const { ageMs, isAlive: lives } = observer;
    const poll = { ageMs, lives, served: this.served };
    return !self.diskSpent && servesLate(self, peers.states(), poll, nodes);
  }

  /** Whether writes go to this node, and why a primary gets none. */
  writes(): Writes {
    if (this.isPrimary()) return { servesWrites: true, noWrites: "" };
    const { observer, peers, nodes, otherPrimary } = this.parts;
    const sight = { nodes, peers: peers.states(), otherPrimary: otherPrimary() };
    return { servesWrites: false, noWrites: whyNoWrites(observer.state, sight) };
  }

  /** True if reads may go to this node; `self` is its state including the age of its data. */
  isReplica(self: Parameters<typeof isReplica>[0], limitMs: number): boolean {
    return this.parts.observer.isFresh() && isReplica(self, limitMs);
  }
}

/** True if writes may go to the node. */
export function isPrimary(state: NodeState): boolean {
  const { member, writable, majority, diskSpent } = state;
  const isMade = member?.state === "ONLINE" && member.role === "PRIMARY";
  // A write without disk space would crash MySQL; marked down, the node refuses writes and still serves reads.
  return isMade && writable && majority && !diskSpent;
}

/** True if reads may go to the node when its data may be at most `limitMs` old. */
export function isReplica(state: NodeState, limitMs: number): boolean {
  const { member, majority, dataAgeMs } = state;
  const isMember = isCertified(state) && member?.role === "SECONDARY" && majority;
  return isMember && dataAgeMs <= limitMs;
}

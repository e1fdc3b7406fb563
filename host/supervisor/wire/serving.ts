import { isContested } from "../core/who-serves";
import type { Observer } from "../observation/observer";
import { servesLate } from "../policy/late-look";
import type { ReachedPrimary } from "../policy/override";
import type { Peers } from "./peers";
import { isPrimary, isReplica } from "./roles";

/** What is answered from. */
interface Parts {
  observer: Observer;
  peers: Pick<Peers, "states">;
  /** Number of all database nodes. */
  nodeCount: number;
  /** True if enough nodes know that this one is the primary. */
  confirmed: () => boolean;
  /** A primary other than this node that an app node reaches. */
  otherPrimary: () => ReachedPrimary | undefined;
}

/** What the proxies are told of this node. */
export class Serving {
  /** True if the last look that was answered was one of a primary that serves. */
  private served = false;

  constructor(private readonly parts: Parts) {}

  /** Takes in a look that has ended. */
  note(): void {
    const { observer, confirmed } = this.parts;
    if (observer.isFresh()) this.served = isPrimary(observer.state) && confirmed();
  }

  /** True if writes may go to this node; see {@link servesLate} for one whose MySQL is late. */
  isPrimary(): boolean {
    const { observer, peers, nodeCount, confirmed, otherPrimary } = this.parts;
    const self = observer.state;
    if (isContested(self, otherPrimary() !== undefined)) return false;
    if (observer.isFresh()) return isPrimary(self) && confirmed();
    const { ageMs, lives } = observer;
    const look = { ageMs, lives, served: this.served };
    return !self.diskSpent && servesLate(self, peers.states(), look, nodeCount);
  }

  /** True if reads may go to this node; `self` is its state with the age of its data. */
  isReplica(self: Parameters<typeof isReplica>[0], limitMs: number): boolean {
    return this.parts.observer.isFresh() && isReplica(self, limitMs);
  }
}

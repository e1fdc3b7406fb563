import type { Decision } from "../core/decision";
import { decide } from "../core/decide";
import { isInGroup, type NodeState } from "../core/node-state";
import { withDiskPressure } from "./disk-pressure";
import { betterPrimary, HandOvers, type PrimaryTimings } from "./hand-over";
import { LeaveDelay } from "./leave-delay";
import { RejoinDelay } from "./rejoin-delay";

/** Combines the safety rules (`decide`) with the preferences of this folder. */
export class Decisions {
  /** The last decision. */
  last: Decision = { type: "wait", reason: "just started" };
  /** Hand-overs to a better primary, with the limit on moves caused by app nodes. */
  readonly handOvers = new HandOvers();
  private readonly rejoins = new RejoinDelay();
  private readonly leaving = new LeaveDelay();

  constructor(
    /** Names of all database nodes, in order. */
    private readonly nodes: readonly string[],
  ) {}

  /** The next decision. */
  next(
    self: NodeState,
    peers: readonly NodeState[],
    { override, nowMs, ...standing }: PrimaryTimings & { override: boolean; nowMs: number },
  ): Decision {
    const { nodes } = this;
    const ruled = this.leaving.next(decide({ nodes, self, peers, override }), nowMs);
    const made = withDiskPressure(ruled, { nodes, self, peers });
    const better = betterPrimary(self, peers, standing);
    const handed = this.handOvers.next(made, self, better, nowMs);
    this.last = this.rejoins.next(handed, isInGroup(self), nowMs);
    return this.last;
  }
}

import type { Decision } from "../core/decision";
import { decide } from "../core/decide";
import { isInGroup, type NodeState } from "../core/node-state";
import { besideDiskPressure } from "./disk-pressure";
import { betterPrimary, HandOvers, type Standing } from "./hand-over";
import { Leaving } from "./leaving";
import { Rejoins } from "./rejoin";

/** Decides by the safety core, and then by what is better for the site. */
export class Decisions {
  /** The last one. */
  last: Decision = { type: "wait", reason: "just started" };
  /** Better primaries, and how often app nodes moved it. */
  readonly handOvers = new HandOvers();
  private readonly rejoins = new Rejoins();
  private readonly leaving = new Leaving();

  constructor(
    /** Names of all database nodes, in order. */
    private readonly nodes: readonly string[],
  ) {}

  /** What is to be done now. */
  next(
    self: NodeState,
    peers: readonly NodeState[],
    { override, nowMs, ...standing }: Standing & { override: boolean; nowMs: number },
  ): Decision {
    const { nodes } = this;
    const ruled = this.leaving.next(decide({ nodes, self, peers, override }), nowMs);
    const made = besideDiskPressure(ruled, { nodes, self, peers });
    const better = betterPrimary(self, peers, standing);
    const handed = this.handOvers.next(made, self, better, nowMs);
    this.last = this.rejoins.next(handed, isInGroup(self), nowMs);
    return this.last;
  }
}

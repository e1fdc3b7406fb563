import { expect, it } from "vitest";
import type { SimulatedNode } from "./node";
import { rules } from "./rules";
import { Simulation } from "./simulation";

/** Time of the clean stop of the other nodes, and until which everything is back, milliseconds. */
const [stopMs, endMs] = [60_000, 160_000];

/**
 * Three nodes without faults. The founder of the first group hands the role over before it notes that a majority knows
 * the group, and gets the role back when both others are shut down.
 */
class FounderAgain extends Simulation {
  private isMoved = false;

  stopAndStart(): void {
    const [founder, ...others] = this.nodes;
    while (this.nowMs < endMs) {
      this.tick(false);
      this.isMoved ||= this.handsOver();
      if (this.nowMs === stopMs) this.stop(others.reverse());
      if (this.nowMs === stopMs + 10_000) this.stop([founder!]);
      if (this.nowMs === stopMs + 20_000) this.start(others);
      if (this.nowMs === stopMs + 60_000) this.start([founder!]);
    }
  }

  private handsOver(): boolean {
    const [founder, heir] = this.nodes;
    const isEarly = founder!.memory.remembered.alone && heir!.memory.remembered.remembers;
    return isEarly && this.makePrimary(founder!, heir!);
  }

  private stop(nodes: readonly SimulatedNode[]): void {
    for (const node of nodes) {
      this.leaveCleanly(node);
      node.powerOff(true);
    }
  }

  private start(nodes: readonly SimulatedNode[]): void {
    for (const node of nodes) node.powerOn(this.nowMs, this.nowMs + 500);
  }
}

it("a founder that gets the role back acknowledges nothing that the others do not know of", () => {
  const ends = Array.from({ length: 40 }, (_, seed) => {
    const simulation = new FounderAgain(seed, rules);
    simulation.stopAndStart();
    return [...simulation.violations, ...(simulation.serving().length === 1 ? [] : ["no service"])];
  });
  expect(ends.flat()).toEqual([]);
}, 60_000);

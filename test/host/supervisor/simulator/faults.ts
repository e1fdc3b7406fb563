import { random } from "./random";
import { SimulatedApps } from "./apps";
import type { SimulatedNode } from "./node";
import { SimulatedReplication } from "./replication";

/** Time of one step, milliseconds. */
export const tickMs = 250;

function happens(next: () => number, perSecond: number): boolean {
  return next() < (perSecond * tickMs) / 1000;
}

/** What goes wrong with nodes and links, at random. */
export class SimulatedFaults extends SimulatedReplication {
  protected readonly apps = new SimulatedApps();
  /** Numbers of their own, so that a seed means the same faults of nodes with and without them. */
  private readonly nextForApps: () => number;

  constructor(seed: number) {
    super(random(seed));
    this.nextForApps = random(seed + 1_000_003);
  }

  private chance(perSecond: number): boolean {
    return happens(this.next, perSecond);
  }

  protected breakSomething(): void {
    for (const node of this.nodes) {
      if (node.powered && this.chance(0.03)) node.powerOff();
      else if (!node.powered && this.chance(0.15)) {
        node.powerOn(this.nowMs + this.between(500, 6_000));
      }
      if (this.chance(0.02)) {
        node.restartSupervisor();
        this.apps.forget(node);
      }
      if (this.chance(0.02)) this.stopCleanly(node);
      if (this.cut.has(node) ? this.chance(0.15) : this.chance(0.02)) {
        if (!this.cut.delete(node)) this.cut.add(node);
      }
    }
    if (this.chance(0.01)) for (const node of this.nodes) if (node.powered) node.powerOff();
    this.apps.break(this.nodes, (perSecond) => happens(this.nextForApps, perSecond));
  }

  /** A member that leaves says so, if a majority hears it: the rest goes on at once. */
  private stopCleanly(node: SimulatedNode): void {
    const { group } = node;
    if (!node.powered || !group) return;
    const talking = [...group.members].filter(
      (one) => one.group === group && this.reaches(node, one),
    );
    const stay = [...group.members].filter((one) => one !== node);
    if (talking.length * 2 > group.members.size && talking.length > 1) {
      this.changeView(group, stay, talking);
    }
    for (const transaction of [...node.received]) this.apply(node, transaction);
    node.stopMysql(this.nowMs + this.between(1_000, 20_000));
  }
}

import { random } from "./random";
import type { SimulatedNode } from "./simulated-node";
import type { Rules } from "./simulated-rules";
import { SimulatedSupervisors } from "./simulated-supervisors";

const tickMs = 250;

/** Three database nodes under random faults. Times in milliseconds. */
export class Simulation extends SimulatedSupervisors {
  private transactions = 0;

  constructor(seed: number, by: Rules) {
    super(random(seed), by);
  }

  /** db-1 was the only node, with writes; the others are new and come up some time later. */
  growFromOne(): void {
    const [only, ...others] = this.nodes;
    only!.sole = true;
    for (; this.transactions < 5; this.acknowledged.add(this.transactions)) {
      only!.applied.add((this.transactions += 1));
    }
    for (const node of others) node.powerOff();
  }

  /** Faults for a while, then none: everything must come back. */
  run(faultyMs: number, healedMs: number): void {
    while (this.nowMs < faultyMs) this.tick(true);
    this.cut.clear();
    for (const node of this.nodes) if (!node.powered) node.powerOn(this.nowMs + 2_000);
    for (const end = this.nowMs + healedMs; this.nowMs < end;) this.tick(false);
  }

  /** Nodes that the proxies write to. */
  serving(): SimulatedNode[] {
    return this.nodes.filter((node) => node.powered && this.isServed(node));
  }

  private chance(perSecond: number): boolean {
    return this.next() < (perSecond * tickMs) / 1000;
  }

  private tick(faults: boolean): void {
    this.nowMs += tickMs;
    if (faults) this.breakSomething();
    for (const group of new Set(this.nodes.flatMap((node) => node.group ?? []))) this.play(group);
    for (const node of this.nodes) if (node.powered) this.supervise(node);
    this.write(faults);
    const serving = this.serving();
    if (serving.length > 1)
      this.violate(`two primaries: ${serving.map(({ name }) => name).join()}`);
  }

  private breakSomething(): void {
    for (const node of this.nodes) {
      if (node.powered && this.chance(0.03)) node.powerOff();
      else if (!node.powered && this.chance(0.15)) {
        node.powerOn(this.nowMs + this.between(500, 6_000));
      }
      if (this.chance(0.02)) node.restartSupervisor();
      if (this.chance(0.02)) this.stopCleanly(node);
      if (this.cut.has(node) ? this.chance(0.15) : this.chance(0.02)) {
        if (!this.cut.delete(node)) this.cut.add(node);
      }
    }
    if (this.chance(0.01)) for (const node of this.nodes) if (node.powered) node.powerOff();
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

  /** A client writes wherever the proxies let it; a majority of the view must receive it. */
  private write(faults: boolean): void {
    if (this.next() < 0.5) return;
    for (const node of this.serving()) {
      const { group } = node;
      if (!group) continue;
      const transaction = (this.transactions += 1);
      const receivers = [...group.members].filter(
        (other) => other.group === group && this.reaches(node, other),
      );
      if (receivers.length * 2 <= group.members.size) continue;
      group.log.push(transaction);
      for (const receiver of receivers) if (receiver !== node) this.deliver(group, receiver);
      // The power may go between delivery and the answer; then the primary may lack it.
      if (faults && this.next() < 0.02) {
        node.powerOff();
        continue;
      }
      node.applied.add(transaction);
      this.acknowledged.add(transaction);
    }
  }
}

import { doubtedPeers } from "../../../../host/supervisor/core/doubt";
import { tickMs } from "./faults";
import type { Group, SimulatedNode } from "./node";
import { SimulatedSupervisors } from "./supervisors";

/** Three database nodes under random faults. Times in milliseconds. */
export class Simulation extends SimulatedSupervisors {
  /** Acknowledged in the group of an operator that no majority knew: nobody promised to keep them. */
  private readonly unpromised = new Map<Group["groupId"], Set<number>>();
  /** db-1 was the only node, with writes; the others are new and come up some time later. */
  growFromOne(): void {
    const [only, ...others] = this.nodes;
    only!.memory.setSole(true);
    for (let i = 0; i < 5; i++) {
      const one = this.transactionOf(only!);
      for (const list of [only!.applied, this.acknowledged]) list.add(one);
    }
    for (const node of others) node.powerOff(true);
  }

  /** Faults for a while, then none: everything must come back, if need be by an operator's word. */
  run(faultyMs: number, healedMs: number): void {
    while (this.nowMs < faultyMs) this.tick(true);
    this.heal();
    const end = this.nowMs + healedMs;
    const operatorMs = this.nowMs + healedMs / 2;
    while (this.nowMs < end) {
      this.tick(false);
      if (this.nowMs === operatorMs && this.needsOperator()) this.operate();
    }
  }

  private heal(): void {
    this.nowMs = Math.ceil(this.nowMs / tickMs) * tickMs;
    this.cut.clear();
    this.cutLinks.clear();
    this.apps.heal();
    for (const node of this.nodes) {
      if (!node.powered) node.powerOn(this.nowMs, this.nowMs + 2_000);
    }
  }

  /** How often an operator had to choose after the faults. */
  operated = 0;

  /** True if nobody serves, or a node waits for an operator because of another override. */
  private needsOperator(): boolean {
    if (this.serving().length === 0) return true;
    return this.nodes.some((node) => {
      const count = this.nodes.length;
      return doubtedPeers(this.stateOf(node), this.heardBy(node), count).length > 0;
    });
  }

  /**
   * The operator takes the node with the most transactions, as `db:status` shows them; if it refuses, the
   * next one.
   */
  private operate(): void {
    this.operated += 1;
    const byTransactions = [...this.nodes].sort((a, b) => b.applied.size - a.applied.size);
    byTransactions.some((node) => this.overrideOn(node));
  }

  protected override isSpared(node: SimulatedNode): boolean {
    const others = this.nodes.filter((other) => other !== node);
    const isWhole = others.every((other) => other.remembersOnDisk && !other.cloneIncomplete);
    return (
      isWhole && others.some((other) => [...this.acknowledged].every((w) => other.applied.has(w)))
    );
  }

  private tick(faults: boolean): void {
    this.nowMs += tickMs;
    if (faults) this.breakSomething();
    const reached = this.serving().filter((node) => !this.cut.has(node));
    this.apps.ask(
      this.nodes,
      reached.map(({ name }) => name),
      this.nowMs,
    );
    for (const group of new Set(this.nodes.flatMap((node) => node.group ?? []))) this.play(group);
    for (const node of this.nodes) if (node.powered) this.supervise(node);
    this.write(faults);
    const promised = this.serving().filter((node) => !this.isByOperator(node));
    if (promised.length > 1) {
      this.violate(`two primaries: ${promised.map(({ name }) => name).join()}`);
    }
    // A group that is made without acknowledged writes breaks no promise before it serves.
    for (const node of promised) {
      const lost = [...this.acknowledged].filter((one) => !node.has(one)).length;
      if (lost > 0) this.violate(`${node.name} serves without ${lost} writes`);
    }
  }

  /** True for the primary of an operator's group that no majority knows yet. */
  private isByOperator(node: SimulatedNode): boolean {
    const { certificate, alone } = node.memory.remembered;
    return certificate?.kind === "override" && alone;
  }

  /** A client writes wherever the proxies let it; a majority of the view must receive it. */
  private write(faults: boolean): void {
    if (this.next() < 0.5) return;
    for (const node of this.serving()) {
      const { group } = node;
      if (!group) continue;
      const one = this.transactionOf(node);
      const receivers = [...group.members].filter(
        (other) => other.group === group && this.reaches(node, other),
      );
      if (receivers.length * 2 <= group.members.size) continue;
      group.log.push(one);
      for (const receiver of receivers) if (receiver !== node) this.deliver(group, receiver);
      // The power may go between delivery and the answer; then the primary may lack it.
      if (faults && this.next() < 0.02) {
        node.powerOff(this.by.isDurable);
        continue;
      }
      node.applied.add(one);
      if (this.isByOperator(node)) this.promiseLater(group, one);
      else this.promise(group, one);
    }
  }

  private promiseLater({ groupId }: Group, one: number): void {
    this.unpromised.set(groupId, (this.unpromised.get(groupId) ?? new Set()).add(one));
  }

  /** Once a majority knows an operator's group, what it acknowledged before counts too. */
  private promise({ groupId }: Group, one: number): void {
    for (const write of [one, ...(this.unpromised.get(groupId) ?? [])])
      this.acknowledged.add(write);
    this.unpromised.delete(groupId);
  }
}

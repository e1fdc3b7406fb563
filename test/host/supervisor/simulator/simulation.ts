import { random } from "../../../support/random";
import { doubtedPeers } from "../../../../host/supervisor/core/doubt";
import { tickMs } from "./faults";
import { type Group } from "./group";
import { type SimulatedNode } from "./node";
import { SimulatedResize } from "./resize";
import type { Sight } from "./rules";
import { SimulatedSupervisors } from "./supervisors";

/** Three database nodes under random faults. Times in milliseconds. */
export class Simulation extends SimulatedSupervisors {
  /** Changes of the number of nodes, if there are any. */
  resize: SimulatedResize | undefined;
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

  /** The number of nodes changes, now and then, among these. Numbers of their own, so that a seed means the same other faults. */
  resizeAmong(sizes: readonly number[], seed: number): void {
    const next = random(seed + 3_000_003);
    const first = sizes[Math.floor(next() * sizes.length)]!;
    this.resize = new SimulatedResize(this.nodes, sizes, first, next, {
      nowMs: () => this.nowMs,
      reached: (node) => node.powered && !this.cut.has(node),
      restart: (node) => {
        node.restartSupervisor(this.nowMs);
        this.apps.forget(node);
      },
      split: (side) => (this.side = side && new Set(side)),
      aside: (list, restarting) => this.aside(list, restarting),
      remove: (node) => {
        if (node.powered) this.leaveCleanly(node);
        node.powerOff(true);
        node.absent = true;
        this.cut.delete(node);
      },
      mayRemove: (list) => this.by.mayRemove(this.present(list)),
    });
  }

  private aside(list: readonly string[], restarting: SimulatedNode | undefined): void {
    const isTo = (node: SimulatedNode) => node !== restarting && list.includes(node.name);
    for (const node of this.serving().filter((one) => !isTo(one))) {
      const heir = this.nodes.findLast((one) => isTo(one) && one.group === node.group);
      if (heir) this.makePrimary(node, heir);
    }
  }

  /** What is left of a change of the number of nodes; undefined: nothing. */
  unfinished(): string | undefined {
    if (!this.resize) return undefined;
    const { wanted } = this.resize;
    if (!this.resize.isDone()) return `the change to ${wanted.length} nodes has not ended`;
    const isSettled = this.by.mayRemove(this.present(wanted));
    return isSettled ? undefined : `majorities are not counted over ${wanted.length} nodes`;
  }

  /** The nodes of the list, and what each says and hears. */
  private present(list: readonly string[]): Sight[] {
    const nodes = this.nodes.filter(({ name, powered }) => powered && list.includes(name));
    return nodes.map((node) => ({ list, self: this.stateOf(node), peers: this.heardBy(node) }));
  }

  /** Faults for a while, then none: everything must come back, if need be by an operator's word. */
  run(faultyMs: number, healedMs: number): void {
    while (this.nowMs < faultyMs) this.tick(true);
    this.heal();
    const end = this.nowMs + healedMs;
    const [takeBackMs, ...operatorMs] = [1, 2, 3].map((part) => this.nowMs + (part * healedMs) / 4);
    while (this.nowMs < end) {
      this.tick(false);
      if (this.nowMs === takeBackMs && !this.isServedByStaying()) this.resize?.takeBack();
      if (operatorMs.includes(this.nowMs) && this.needsOperator()) this.operate();
    }
  }

  private heal(): void {
    this.nowMs = Math.ceil(this.nowMs / tickMs) * tickMs;
    this.cut.clear();
    this.cutLinks.clear();
    this.apps.heal();
    for (const node of this.nodes) {
      if (!node.powered && !node.absent) node.powerOn(this.nowMs, this.nowMs + 2_000);
    }
  }

  /** False if an operator takes a smaller number of nodes back: no node that stays serves. */
  private isServedByStaying(): boolean {
    return this.serving().some(({ name }) => this.resize?.wanted.includes(name) ?? true);
  }

  /** How often an operator had to choose after the faults. */
  operated = 0;

  /** True if nobody serves, or a node waits for an operator because of another override. */
  private needsOperator(): boolean {
    if (this.serving().length === 0) return true;
    return this.nodes.some((node) => {
      return doubtedPeers(this.stateOf(node), this.heardBy(node), node.list).length > 0;
    });
  }

  /**
   * The operator takes the node with the most transactions, as `db:status` shows them; if it refuses, the
   * next one. Of a change to fewer nodes it is one that stays.
   */
  private operate(): void {
    this.operated += 1;
    const byTransactions = this.nodes
      .filter(({ name }) => this.resize?.wanted.includes(name) ?? true)
      .sort((a, b) => b.applied.size - a.applied.size);
    byTransactions.some((node) => this.overrideOn(node));
  }

  protected override isSpared(node: SimulatedNode): boolean {
    const others = this.nodes.filter((other) => other !== node && !other.absent);
    const isWhole = others.every((other) => other.remembersOnDisk && !other.cloneIncomplete);
    const staying = others.filter(({ name }) => this.resize?.wanted.includes(name) ?? true);
    return (
      isWhole && staying.some((other) => [...this.acknowledged].every((w) => other.applied.has(w)))
    );
  }

  protected tick(faults: boolean): void {
    this.nowMs += tickMs;
    this.resize?.tick(faults);
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

import type { NodeState } from "../../../../host/supervisor/core/node-state";
import type { OverrideContext } from "../../../../host/supervisor/policy/override";
import { random } from "../../../support/random";
import { SimulatedApps } from "./apps";
import { groupOf } from "./group";
import { type SimulatedNode } from "./node";
import { SimulatedReplication } from "./replication";
import type { Rules } from "./rules";

/** Time of one step, milliseconds. */
export const tickMs = 250;

/** True with the probability of so many times a second, in one step. */
export function happens(next: () => number, perSecond: number): boolean {
  return next() < (perSecond * tickMs) / 1000;
}

/** What goes wrong with nodes and links, and by wrong hands, at random. */
export abstract class SimulatedFaults extends SimulatedReplication {
  protected readonly apps = new SimulatedApps();
  /** Numbers of their own, so that a seed means the same faults of nodes with and without them. */
  private readonly nextForApps: () => number;
  private readonly nextForHands: () => number;
  /** How many of each kind there were. */
  readonly counts = { lostDisks: 0, byHand: 0, astray: 0, overrides: 0 };

  constructor(
    seed: number,
    protected readonly by: Rules,
    most = 3,
  ) {
    super(random(seed), most);
    this.nextForApps = random(seed + 1_000_003);
    this.nextForHands = random(seed + 2_000_003);
  }

  /** True if everything that was acknowledged is on another disk too. */
  protected abstract isSpared(node: SimulatedNode): boolean;

  private chance(perSecond: number): boolean {
    return happens(this.next, perSecond);
  }

  protected breakSomething(): void {
    for (const node of this.nodes.filter(({ absent }) => !absent)) {
      this.breakNode(node);
      this.breakLinks(node);
      this.wrongHands(node);
    }
    if (this.chance(0.01)) {
      for (const node of this.nodes) if (node.powered) node.powerOff(this.by.isDurable);
    }
    this.apps.break(this.nodes, (perSecond) => happens(this.nextForApps, perSecond));
  }

  private breakNode(node: SimulatedNode): void {
    if (node.powered && this.chance(0.03)) node.powerOff(this.by.isDurable);
    else if (!node.powered && this.chance(0.15)) {
      node.powerOn(this.nowMs, this.nowMs + this.between(500, 6_000));
    }
    if (this.chance(0.02)) {
      node.restartSupervisor(this.nowMs);
      this.apps.forget(node);
    }
    if (this.chance(0.02)) this.stopCleanly(node);
    if (this.chance(0.02)) node.clockMs += this.next() < 0.5 ? 3_600_000 : -3_600_000;
  }

  private breakLinks(node: SimulatedNode): void {
    if (this.cut.has(node) ? this.chance(0.15) : this.chance(0.02)) {
      if (!this.cut.delete(node)) this.cut.add(node);
    }
    for (const other of this.nodes) {
      const link = `${node.name} ${other.name}`;
      if (other === node || !this.chance(this.cutLinks.has(link) ? 0.1 : 0.008)) continue;
      if (!this.cutLinks.delete(link)) this.cutLinks.add(link);
    }
  }

  /** What an operator does to the wrong node, and what a replaced server comes with. */
  private wrongHands(node: SimulatedNode): void {
    if (this.chance(0.006)) this.foundByHand(node);
    if (this.chance(0.003)) this.overrideOn(node);
    if (!node.powered && this.chance(0.02) && this.isSpared(node)) {
      node.loseDisk(this.by.knowsLoss);
      this.counts.lostDisks += 1;
    }
  }

  /** `STOP GROUP_REPLICATION`, then a start with `group_replication_bootstrap_group`. */
  private foundByHand(node: SimulatedNode): void {
    if (!node.powered || this.nowMs < node.mysqlAt || node.busy || node.cloneIncomplete) return;
    this.leaveCleanly(node);
    node.group = groupOf(this.groupId(node), node);
    this.counts.byHand += 1;
    node.group.isWrittenTo = this.nextForHands() < 0.5;
  }

  /**
   * An event, a program of the host, or the operator writes in a group that was made by hand; nobody is told that it is
   * kept. The supervisor sees that group within 100 ms, and the power stays as long.
   */
  protected writeAstray(node: SimulatedNode): void {
    if (!node.group?.isWrittenTo) return;
    node.group.isWrittenTo = false;
    node.group.strayWrites += 1;
    node.applied.add(this.transactionOf(node));
    this.counts.astray += 1;
  }

  /** `npm run db:override`. */
  protected overrideOn(node: SimulatedNode): boolean {
    // Who has no network is not reached by an operator either.
    if (!node.powered || this.nowMs < node.mysqlAt || (this.by.witnesses && this.cut.has(node)))
      return false;
    const peers = this.heardBy(node);
    const self = node.say(this.nowMs, this.seesMajority(node));
    const { accepted } = node.override.request(self, this.sight(node, peers), this.nowMs);
    if (accepted) this.counts.overrides += 1;
    return accepted;
  }

  /** What an operator's word is weighed against. */
  protected sight(node: SimulatedNode, peers: NodeState[]): OverrideContext {
    const otherPrimary = this.by.witnesses ? this.apps.otherPrimary(node, this.nowMs) : undefined;
    return { peers, otherPrimary, nodes: node.list };
  }

  /** A view id that MySQL makes from the clock of the node. */
  protected groupId(node: SimulatedNode): string {
    return String(
      10_000_000_000_000 + (this.nowMs + node.clockMs) * 1_000 + Math.floor(this.next() * 1_000),
    );
  }

  /** A member that leaves says so, if a majority hears it: the rest goes on at once. */
  protected leaveCleanly(node: SimulatedNode): void {
    const { group } = node;
    if (!group) return;
    const talking = [...group.members].filter(
      (one) => one.group === group && this.reaches(node, one),
    );
    const stay = [...group.members].filter((one) => one !== node);
    if (talking.length * 2 > group.members.size && talking.length > 1) {
      this.changeView(group, stay, talking);
    }
    for (const transaction of [...node.received]) this.apply(node, transaction);
    node.group = undefined;
  }

  private stopCleanly(node: SimulatedNode): void {
    if (!node.powered || !node.group) return;
    this.leaveCleanly(node);
    node.stopMysql(this.nowMs + this.between(1_000, 20_000));
  }
}

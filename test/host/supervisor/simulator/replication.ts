import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { SimulatedNetwork } from "./network";
import { type Group, groupOf } from "./group";
import { type SimulatedNode } from "./node";
import { transaction } from "./transactions";

/** As in the settings: suspicion after 5 s, a minority leaves after 10 s more. */
const expelMs = 5_000;
const minorityMs = 15_000;
/** Age from which what a peer said says nothing any more, milliseconds. */
const freshMs = 1_500;

/** Group Replication between the nodes, played. Times in milliseconds. */
export class SimulatedReplication extends SimulatedNetwork {
  /** Copies that were begun. */
  rebuilds = 0;
  private transactions = 0;

  /** Group Replication: what was delivered is applied, who is lost is expelled, a minority ends. */
  protected play(group: Group): void {
    const alive = [...group.members].filter((node) => node.powered && node.group === group);
    for (const node of alive) {
      if (this.reaches(node, group.primary)) this.deliver(group, node);
      for (const transaction of node.received) {
        if (this.next() < 0.5) this.apply(node, transaction);
      }
      const lost = [...group.members].filter(
        (other) => other.group !== group || !this.reaches(node, other),
      );
      const since = lost.length > 0 ? (group.lostSince.get(node) ?? this.nowMs) : undefined;
      if (since === undefined) group.lostSince.delete(node);
      else group.lostSince.set(node, since);
      if (since === undefined) continue;
      const stay = [...group.members].filter((other) => !lost.includes(other));
      if (stay.length * 2 > group.members.size) {
        if (this.nowMs - since >= expelMs) return this.changeView(group, stay);
      } else if (this.nowMs - since >= minorityMs) node.group = undefined;
    }
  }

  /** Who was cut off for a moment gets what it missed. */
  protected deliver({ log, delivered }: Group, node: SimulatedNode): void {
    for (const transaction of log.slice(delivered.get(node) ?? 0)) {
      if (!node.hasNumberOf(transaction)) node.received.add(transaction);
    }
    delivered.set(node, log.length);
  }

  protected apply(node: SimulatedNode, transaction: number): void {
    node.received.delete(transaction);
    node.applied.add(transaction);
  }

  /**
   * Members that stay deliver to each other what one of those that talk has, and agree on a primary.
   *
   * @param talking the members that take part, one that leaves included.
   */
  protected changeView(group: Group, stay: SimulatedNode[], talking = stay): void {
    const all = new Set(talking.flatMap((node) => [...node.applied, ...node.received]));
    const heirs = stay.filter((node) => talking.includes(node));
    const primary = heirs.includes(group.primary) ? group.primary : heirs[0]!;
    const counter = group.counter + 1;
    const next = { ...groupOf(group.groupId, primary), counter, members: new Set(stay) };
    for (const node of heirs) {
      for (const transaction of all) {
        if (!node.hasNumberOf(transaction)) node.received.add(transaction);
      }
      node.group = next;
    }
  }

  /** What the peers said not long ago. */
  protected heardBy(node: SimulatedNode): NodeState[] {
    return [...node.heard.values()]
      .filter(({ atMs }) => this.nowMs - atMs < freshMs)
      .map(({ state }) => state);
  }

  /** As `Peers.isSureBeside`: who asks, or is heard, gives a sign of life. */
  protected isSureBeside(node: SimulatedNode, founder: string): boolean {
    const since = this.nowMs - freshMs;
    return this.nodes.every((other) => {
      if (other === node || other.name === founder || !node.list.includes(other.name)) return true;
      const heardMs = node.heard.get(other.name)?.atMs ?? -Infinity;
      const signMs = Math.max(node.startedMs, heardMs, node.askedBy.get(other.name) ?? -Infinity);
      return heardMs > since || signMs < since;
    });
  }

  protected seesMajority(node: SimulatedNode): boolean {
    const { group } = node;
    if (!group) return true;
    const seen = [...group.members].filter(
      (other) => other.group === group && this.reaches(node, other),
    );
    return seen.length * 2 > group.members.size;
  }

  /** The group that it knows as the latest one, if it reaches that. */
  protected groupInReach(node: SimulatedNode): Group | undefined {
    const { certificate } = node.memory.remembered;
    const primary = this.nodes.find(
      (other) =>
        other.group?.primary === other &&
        other.group.groupId === certificate?.groupId &&
        this.reaches(node, other) &&
        this.seesMajority(other),
    );
    return primary?.group;
  }

  protected join(node: SimulatedNode): void {
    const group = this.groupInReach(node);
    if (node.group || !group) return;
    // A silent member holds up everybody until it is expelled.
    const isWhole = [...group.members].every(
      (one) => one.group === group && this.reaches(node, one),
    );
    if (!isWhole) return;
    const has = [...node.applied.numbers, ...node.received.numbers];
    if (has.every((number) => group.primary.hasNumberOf(number))) {
      this.changeView(group, [...group.members, node]);
    }
  }

  /** A planned switch: a majority of the members agrees, or nothing happens. */
  protected makePrimary(from: SimulatedNode, successor: SimulatedNode): boolean {
    const { group } = from;
    const isMember =
      group !== undefined && successor.group === group && this.reaches(from, successor);
    if (!isMember || group.primary !== from || !this.seesMajority(from)) return false;
    this.deliver(group, successor);
    group.primary = successor;
    return true;
  }

  /**
   * A clone replaces everything, what was only received too. It drops the data first; should
   * anything end it, the numbers are the most that may be left.
   */
  protected startRebuild(node: SimulatedNode): void {
    if (node.group || !this.groupInReach(node)) return;
    this.rebuilds += 1;
    node.cloneIncomplete = true;
    node.applied.dropData();
    node.received.clear();
    node.lineage = [];
    this.later(node, 2_000, 9_000, () => this.finishRebuild(node));
  }

  private finishRebuild(node: SimulatedNode): void {
    const group = this.groupInReach(node);
    if (node.group || !group) return;
    node.applied.clear();
    for (const transaction of group.primary.applied) node.applied.add(transaction);
    node.lineage = group.primary.lineage;
    node.cloneIncomplete = false;
    node.memory.trustAll();
    node.mysqlAt = this.nowMs + 2_000;
  }

  protected transactionOf(node: SimulatedNode): number {
    return transaction((this.transactions += 1), node.nextNumber());
  }

  protected later(node: SimulatedNode, low: number, high: number, finish: () => void): void {
    node.busy = { untilMs: this.nowMs + this.between(low, high), finish };
  }

  protected between(low: number, high: number): number {
    return low + this.next() * (high - low);
  }
}

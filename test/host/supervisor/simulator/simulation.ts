import { isMajority, mayBeMade } from "../../../../host/supervisor/core/votes";
import type { Decision } from "../../../../host/supervisor/core/decide";
import { founded } from "../../../../host/supervisor/core/lineage";
import { isPrimary } from "../../../../host/supervisor/wire/roles";
import { isConfirmed, type NodeState } from "../../../../host/supervisor/core/view";
import { SimulatedFaults, tickMs } from "./faults";
import type { Rules } from "./rules";
import type { SimulatedNode } from "./node";

const freshMs = 1_500;

/** Three database nodes under random faults. Times in milliseconds. */
export class Simulation extends SimulatedFaults {
  readonly acknowledged = new Set<number>();
  /** Broken promises. */
  readonly violations: string[] = [];
  bootstraps = 0;
  /** Planned changes of the primary that were made. */
  handOvers = 0;
  private epochs = 0;

  constructor(
    seed: number,
    private readonly by: Rules,
  ) {
    super(seed);
  }

  /** db-1 was the only node, with writes; the others are new and come up some time later. */
  growFromOne(): void {
    const [only, ...others] = this.nodes;
    only!.sole = true;
    for (let i = 0; i < 5; i++) {
      const one = this.transactionOf(only!);
      for (const list of [only!.applied, this.acknowledged]) list.add(one);
    }
    for (const node of others) node.powerOff();
  }

  /** Faults for a while, then none: everything must come back. */
  run(faultyMs: number, healedMs: number): void {
    while (this.nowMs < faultyMs) this.tick(true);
    this.cut.clear();
    this.apps.heal();
    for (const node of this.nodes) if (!node.powered) node.powerOn(this.nowMs + 2_000);
    for (const end = this.nowMs + healedMs; this.nowMs < end;) this.tick(false);
  }

  /** Nodes that the proxies write to. */
  serving(): SimulatedNode[] {
    return this.nodes.filter((node) => node.powered && this.isServed(node));
  }

  private tick(faults: boolean): void {
    this.nowMs += tickMs;
    if (faults) this.breakSomething();
    this.apps.ask(this.nodes, this.nowMs);
    for (const group of new Set(this.nodes.flatMap((node) => node.group ?? []))) this.play(group);
    for (const node of this.nodes) if (node.powered) this.supervise(node);
    this.write(faults);
    const serving = this.serving();
    if (serving.length > 1)
      this.violate(`two primaries: ${serving.map(({ name }) => name).join()}`);
  }

  private violate(text: string): void {
    this.violations.push(`${this.nowMs} ms: ${text}`);
  }

  private supervise(node: SimulatedNode): void {
    // A look at MySQL now and then comes late.
    if (this.nowMs >= node.mysqlAt && this.next() < 0.8) node.look(this.nowMs);
    for (const other of this.nodes) {
      if (other === node || !this.reaches(node, other) || this.next() < 0.2) continue;
      const state = this.stateOf(other);
      node.heard.set(other.name, { state, atMs: this.nowMs });
      node.adopt(state.lastView, this.nowMs);
    }
    if (this.nowMs < node.mysqlAt) return;
    if (node.busy) {
      if (this.nowMs < node.busy.untilMs) return;
      const { finish } = node.busy;
      node.busy = undefined;
      finish();
    } else this.act(node);
  }

  private heardBy(node: SimulatedNode): NodeState[] {
    return [...node.heard.values()]
      .filter(({ atMs }) => this.nowMs - atMs < freshMs)
      .map(({ state }) => state);
  }

  private decideFor(node: SimulatedNode, peers: NodeState[]): Decision {
    const self = this.stateOf(node);
    const made = this.by.decide({ nodes: this.nodes.map(({ name }) => name), self, peers });
    return this.apps.next(node, made, self, peers, this.nowMs);
  }

  private stateOf(node: SimulatedNode): NodeState {
    const said = node.say(this.nowMs, this.seesMajority(node));
    return { ...said, asked: this.apps.asked(node, this.nowMs) };
  }

  private letIn(node: SimulatedNode): void {
    const others = this.heardBy(node).filter(({ ready }) => ready);
    if (this.by.letsIn && node.group && others.length > 0) node.sole = false;
  }

  private act(node: SimulatedNode): void {
    if (this.next() < 0.5) node.settleLineage();
    this.letIn(node);
    const decision = this.decideFor(node, this.heardBy(node));
    if (decision.type === "join") {
      if (decision.lineage.length > 0) node.lineage = decision.lineage;
      this.later(node, 500, 3_000, () => this.join(node));
    }
    if (decision.type === "rebuild") this.startRebuild(node);
    if (decision.type === "leave") node.group = undefined;
    if (decision.type === "handOver") this.startHandOver(node, decision.to);
    if (decision.type === "bootstrap" && this.mayBootstrap(node)) {
      this.later(node, 500, 5_000, () => this.bootstrap(node));
    }
  }

  private mayBootstrap(node: SimulatedNode): boolean {
    return node.sole || !this.by.claims || this.isClaimed(node);
  }

  private startHandOver(node: SimulatedNode, to: string): void {
    const successor = this.nodes.find(({ name }) => name === to)!;
    const said = node.heard.get(to)?.state.member;
    if (said?.state !== "ONLINE") this.violate(`${node.name} hands over to ${to}, which is none`);
    this.later(node, 100, 2_000, () => {
      if (this.makePrimary(node, successor)) this.handOvers += 1;
    });
  }

  /** What was decided must hold for those that let it happen, as they are now. */
  private isClaimed(node: SimulatedNode): boolean {
    const voters = this.nodes.filter((other) => this.reaches(node, other));
    const granting = voters.filter(
      (voter) =>
        mayBeMade(voter.say(this.nowMs, true), node.lastView) &&
        voter.claims.grant(node.name, node.lastView, this.nowMs),
    );
    const peers = granting.filter((one) => one !== node).map((one) => one.say(this.nowMs, true));
    const isAgain = this.decideFor(node, peers).type === "bootstrap";
    const allowed = granting.includes(node) && isMajority(granting.length, this.nodes.length);
    if (allowed && isAgain) return true;
    for (const voter of voters) voter.claims.release(node.name, this.nowMs);
    return false;
  }

  private bootstrap(node: SimulatedNode): void {
    if (node.group) return;
    this.bootstraps += 1;
    const lost = [...this.acknowledged].filter((one) => !node.has(one));
    if (lost.length > 0) this.violate(`${node.name} makes a group without ${lost.length} writes`);
    this.epochs += 1;
    node.alone ||= node.sole;
    node.lineage = founded(node.say(this.nowMs, true), `${this.epochs}`);
    node.group = {
      ...{ epoch: this.epochs, counter: 1, primary: node },
      members: new Set([node]),
      ...{ log: [], delivered: new Map(), lostSince: new Map() },
    };
  }

  private isServed(node: SimulatedNode): boolean {
    const state = this.stateOf(node);
    const peers = this.heardBy(node);
    if (isConfirmed(state, peers, this.nodes.length)) node.alone = false;
    const isAlone = node.alone && isPrimary(state) && state.lastView?.primary === node.name;
    return state.ready && (isAlone || this.by.serves(state, peers, this.nodes.length));
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
        node.powerOff();
        continue;
      }
      node.applied.add(one);
      this.acknowledged.add(one);
    }
  }
}

import { isMajority, mayBeMade } from "../../../host/supervisor/claims";
import type { Decision } from "../../../host/supervisor/decide";
import { isPrimary } from "../../../host/supervisor/server";
import { isConfirmed, type NodeState } from "../../../host/supervisor/view";
import type { SimulatedNode } from "./simulated-node";
import { SimulatedReplication } from "./simulated-replication";
import type { Rules } from "./simulated-rules";

const freshMs = 1_500;

/** The supervisors of three nodes, played. Times in milliseconds. */
export class SimulatedSupervisors extends SimulatedReplication {
  readonly acknowledged = new Set<number>();
  /** Broken promises. */
  readonly violations: string[] = [];
  bootstraps = 0;
  private epochs = 0;

  /** @param next random numbers from 0 to 1. */
  constructor(
    next: () => number,
    private readonly by: Rules,
  ) {
    super(next);
  }

  protected violate(text: string): void {
    this.violations.push(`${this.nowMs} ms: ${text}`);
  }

  protected supervise(node: SimulatedNode): void {
    // A look at MySQL now and then comes late.
    if (this.nowMs >= node.mysqlAt && this.next() < 0.8) node.look(this.nowMs);
    for (const other of this.nodes) {
      if (other === node || !this.reaches(node, other) || this.next() < 0.2) continue;
      const state = other.say(this.nowMs, this.seesMajority(other));
      node.heard.set(other.name, { state, atMs: this.nowMs });
      node.adopt(state.lastView, this.nowMs);
    }
    if (this.nowMs < node.mysqlAt) return;
    if (node.busy) {
      if (this.nowMs < node.busy.untilMs) return;
      const { finish } = node.busy;
      node.busy = undefined;
      finish();
    } else {
      this.letIn(node);
      this.act(node);
    }
  }

  private letIn(node: SimulatedNode): void {
    const others = this.heardBy(node).filter(({ ready }) => ready);
    if (this.by.letsIn && node.group && others.length > 0) node.sole = false;
  }

  private heardBy(node: SimulatedNode): NodeState[] {
    return [...node.heard.values()]
      .filter(({ atMs }) => this.nowMs - atMs < freshMs)
      .map(({ state }) => state);
  }

  private decideFor(node: SimulatedNode, peers: NodeState[]): Decision {
    const self = node.say(this.nowMs, this.seesMajority(node));
    return this.by.decide({ nodes: this.nodes.map(({ name }) => name), self, peers });
  }

  private act(node: SimulatedNode): void {
    const decision = this.decideFor(node, this.heardBy(node));
    if (decision.type === "join") this.later(node, 500, 3_000, () => this.join(node));
    if (decision.type === "rebuild") this.later(node, 2_000, 9_000, () => this.rebuild(node));
    if (decision.type === "leave") node.group = undefined;
    if (decision.type === "bootstrap" && this.mayBootstrap(node)) {
      this.later(node, 500, 5_000, () => this.bootstrap(node));
    }
  }

  private mayBootstrap(node: SimulatedNode): boolean {
    return node.sole || !this.by.claims || this.isClaimed(node);
  }

  private later(node: SimulatedNode, low: number, high: number, finish: () => void): void {
    node.busy = { untilMs: this.nowMs + this.between(low, high), finish };
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
    const lost = [...this.acknowledged].filter((transaction) => !node.has(transaction));
    if (lost.length > 0) this.violate(`${node.name} makes a group without ${lost.length} writes`);
    this.epochs += 1;
    node.alone ||= node.sole;
    node.group = {
      ...{ epoch: this.epochs, counter: 1, primary: node },
      members: new Set([node]),
      ...{ log: [], delivered: new Map(), lostSince: new Map() },
    };
  }

  protected isServed(node: SimulatedNode): boolean {
    const state = node.say(this.nowMs, this.seesMajority(node));
    const peers = this.heardBy(node);
    if (isConfirmed(state, peers, this.nodes.length)) node.alone = false;
    const isAlone = node.alone && isPrimary(state) && state.lastView?.primary === node.name;
    return state.ready && (isAlone || this.by.serves(state, peers, this.nodes.length));
  }
}

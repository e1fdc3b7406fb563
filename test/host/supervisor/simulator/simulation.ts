import type { VoteAnswer } from "../../../../host/supervisor/core/ballot";
import type { Decision, FoundingKind } from "../../../../host/supervisor/core/decide";
import { founded } from "../../../../host/supervisor/core/lineage";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { SimulatedFaults, tickMs } from "./faults";
import { type Group, groupOf, type SimulatedNode } from "./node";

/** Three database nodes under random faults. Times in milliseconds. */
export class Simulation extends SimulatedFaults {
  readonly acknowledged = new Set<number>();
  /** Acknowledged in the group of an operator that no majority knew: nobody promised to keep them. */
  private readonly unpromised = new Map<Group["groupId"], Set<number>>();
  /** Broken promises. */
  readonly violations: string[] = [];
  bootstraps = 0;
  /** Planned changes of the primary that were made. */
  handOvers = 0;

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
      if (this.nowMs === operatorMs && this.serving().length === 0) this.operate();
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

  /** The operator takes the node with the most transactions, as `db:status` shows them. */
  private operate(): void {
    this.operated += 1;
    const [best] = [...this.nodes].sort((a, b) => b.applied.size - a.applied.size);
    this.overrideOn(best!);
  }

  /** Nodes that the proxies write to. */
  serving(): SimulatedNode[] {
    return this.nodes.filter((node) => node.powered && this.isServed(node));
  }

  protected override isSpared(node: SimulatedNode): boolean {
    const others = this.nodes.filter((other) => other !== node);
    const isWhole = others.every((other) => other.memory.said.remembers && !other.cloneIncomplete);
    return (
      isWhole && others.some((other) => [...this.acknowledged].every((w) => other.applied.has(w)))
    );
  }

  private tick(faults: boolean): void {
    this.nowMs += tickMs;
    if (faults) this.breakSomething();
    this.apps.ask(this.nodes, this.nowMs);
    for (const group of new Set(this.nodes.flatMap((node) => node.group ?? []))) this.play(group);
    for (const node of this.nodes) if (node.powered) this.supervise(node);
    this.write(faults);
    const promised = this.serving().filter((node) => !this.isByOperator(node));
    if (promised.length > 1) {
      this.violate(`two primaries: ${promised.map(({ name }) => name).join()}`);
    }
  }

  private violate(text: string): void {
    this.violations.push(`${this.nowMs} ms: ${text}`);
  }

  /** True for the primary of an operator's group that no majority knows yet. */
  private isByOperator(node: SimulatedNode): boolean {
    const { certificate, alone } = node.memory.said;
    return certificate?.kind === "override" && alone;
  }

  private supervise(node: SimulatedNode): void {
    // A look at MySQL now and then comes late.
    if (this.nowMs >= node.mysqlAt && this.next() < 0.8) node.look();
    for (const other of this.nodes) {
      if (other === node || !this.asks(node, other) || this.next() < 0.2) continue;
      const state = this.stateOf(other);
      node.heard.set(other.name, { state, atMs: this.nowMs });
      node.memory.release(state, this.nowMs);
      const { certificate, lastView } = state;
      if (!certificate) continue;
      const [self, peers, count] = [this.stateOf(node), this.heardBy(node), this.nodes.length];
      this.by.follow(node.memory, self, peers, count, { certificate, lastView });
    }
    if (this.nowMs < node.mysqlAt) return;
    if (node.busy) {
      if (this.nowMs < node.busy.untilMs) return;
      const { finish } = node.busy;
      node.busy = undefined;
      finish();
    } else this.act(node);
  }

  private decideFor(node: SimulatedNode, peers: NodeState[]): Decision {
    const self = this.stateOf(node);
    const override = node.override.holds(self, peers, this.nodes.length, this.nowMs);
    const nodes = this.nodes.map(({ name }) => name);
    const made = this.by.decide({ nodes, self, peers, override });
    return this.apps.next(node, made, self, peers, this.nowMs);
  }

  private stateOf(node: SimulatedNode): NodeState {
    const said = node.say(this.nowMs, this.seesMajority(node));
    return { ...said, asked: this.apps.asked(node, this.nowMs) };
  }

  private act(node: SimulatedNode): void {
    const peers = this.heardBy(node);
    const self = this.stateOf(node);
    if (this.by.letsIn || !self.sole) this.by.settle(node.memory, self, peers, this.nodes.length);
    if (node.group) node.override.end();
    const decision = this.decideFor(node, peers);
    if (decision.type === "join") {
      if (decision.lineage.length > 0) node.lineage = decision.lineage;
      this.later(node, 500, 3_000, () => this.join(node));
    }
    if (decision.type === "rebuild") this.startRebuild(node);
    if (decision.type === "leave") node.group = undefined;
    if (decision.type === "handOver") this.startHandOver(node, decision.to);
    if (decision.type === "bootstrap") this.startFounding(node, decision.kind);
  }

  private startHandOver(node: SimulatedNode, to: string): void {
    const heir = this.nodes.find(({ name }) => name === to)!;
    const said = node.heard.get(to)?.state.member;
    if (said?.state !== "ONLINE") this.violate(`${node.name} hands over to ${to}, which is none`);
    this.later(node, 100, 2_000, () => {
      if (this.makePrimary(node, heir)) this.handOvers += 1;
    });
  }

  /** Asks for votes, some of which come late, and founds the group, which may take long. */
  private startFounding(node: SimulatedNode, kind: FoundingKind): void {
    const epoch = node.memory.nextEpoch([this.stateOf(node), ...this.heardBy(node)]);
    node.founding = epoch;
    const asked = this.ask(node, epoch, kind);
    const giveUp = () => {
      node.memory.giveUp(node.name);
      node.founding = 0;
    };
    if (!asked) return giveUp();
    const slowest = this.next() < 0.1 ? 29_000 : 5_000;
    this.later(node, 0, 800, () => {
      const nodes = this.nodes.map(({ name }) => name);
      const isFree = kind === "sole" || kind === "override";
      const self = this.stateOf(node);
      if (!isFree && this.by.countVotes(nodes, self, asked, kind) !== undefined) return giveUp();
      this.later(node, 500, slowest, () => {
        this.bootstrap(node, epoch, kind);
        giveUp();
      });
    });
  }

  /** What the other nodes answer; undefined if it has no vote itself. */
  private ask(node: SimulatedNode, epoch: number, kind: FoundingKind): VoteAnswer[] | undefined {
    if (kind === "sole" || kind === "override") return [];
    const { lastView } = node.memory.said;
    const request = { founder: node.name, epoch, kind, lastView };
    const voteOf = (voter: SimulatedNode): VoteAnswer => {
      const peers = this.heardBy(voter);
      const self = this.stateOf(voter);
      const refusal = this.by.castVote(voter.memory, self, peers, request, this.nowMs);
      return { refusal, state: this.stateOf(voter) };
    };
    if (voteOf(node).refusal !== "") return undefined;
    const voters = this.nodes.filter((other) => other !== node && this.asks(node, other));
    return voters.flatMap((voter) => {
      const answer = voteOf(voter);
      // The answer of some does not come in time, and their vote is cast all the same.
      return this.next() < 0.1 ? [] : [answer];
    });
  }

  private bootstrap(node: SimulatedNode, epoch: number, kind: FoundingKind): void {
    if (node.group) return;
    node.lineage = founded(this.stateOf(node), epoch);
    const { groupId } = (node.group = groupOf(this.groupId(node), node));
    try {
      const self = { ...this.stateOf(node), member: null };
      const peers = this.heardBy(node);
      const holds = () => node.override.holds(self, peers, this.nodes.length, this.nowMs);
      if (kind === "override" && !holds()) throw new Error("there is another group");
      const voters = [node.name];
      node.memory.certify({ epoch, kind, founder: node.name, voters, groupId });
    } catch {
      node.group = undefined;
      return;
    }
    this.bootstraps += 1;
    const lost = [...this.acknowledged].filter((one) => !node.has(one));
    const isServed = this.serving().some((other) => other !== node);
    // The operator was told, and there was no other service.
    if (kind === "override" && !isServed) for (const one of lost) this.acknowledged.delete(one);
    else if (kind !== "override" && lost.length > 0) {
      this.violate(`${node.name} makes a group without ${lost.length} writes`);
    }
  }

  private isServed(node: SimulatedNode): boolean {
    const state = this.stateOf(node);
    return state.ready && this.by.serves(state, this.heardBy(node), this.nodes.length);
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

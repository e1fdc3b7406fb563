import type { VoteAnswer } from "../../../../host/supervisor/core/ballot";
import type { FoundingKind } from "../../../../host/supervisor/core/certificate";
import type { Decision } from "../../../../host/supervisor/core/decision";
import { knownAtOverride } from "../../../../host/supervisor/core/doubt";
import { foundingLineage } from "../../../../host/supervisor/core/lineage";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { type Group, groupOf } from "./group";
import { type SimulatedNode } from "./node";
import { SimulatedStates } from "./states";
import { gtidSet } from "./transactions";

/** What the supervisors do, by the real rules. */
export abstract class SimulatedSupervisors extends SimulatedStates {
  /** Writes that a client was told of. */
  readonly acknowledged = new Set<number>();
  /** Broken promises. */
  readonly violations: string[] = [];
  bootstraps = 0;
  /** Planned changes of the primary that were made. */
  handOvers = 0;

  /** Nodes that the proxies write to. */
  serving(): SimulatedNode[] {
    return this.nodes.filter((node) => node.powered && this.isServed(node));
  }

  protected violate(text: string): void {
    this.violations.push(`${this.nowMs} ms: ${text}`);
  }

  protected supervise(node: SimulatedNode): void {
    // A look at MySQL now and then comes late.
    if (this.nowMs >= node.mysqlAt && this.next() < 0.8) node.look();
    for (const other of this.nodes) {
      if (other === node || !this.asks(node, other) || this.next() < 0.2) continue;
      const state = this.stateOf(other);
      node.heard.set(other.name, { state, atMs: this.nowMs });
      other.askedBy.set(node.name, this.nowMs);
      node.memory.release(state, this.nowMs);
      node.memory.elect(state.electorate);
      const { certificate, lastView } = state;
      if (certificate) this.follow(node, { certificate, lastView });
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
    const override = node.override.holds(self, this.sight(node, peers), this.nowMs);
    const made = this.by.decide({ nodes: node.list, self, peers, override });
    return this.apps.next(node, made, self, peers, this.nowMs);
  }

  private act(node: SimulatedNode): void {
    this.writeAstray(node);
    const peers = this.heardBy(node);
    const self = this.stateOf(node);
    if (this.by.letsIn || !self.sole) this.by.settle(node.memory, self, peers, node.list);
    node.trust.note(self, gtidSet(node.applied.numbers), peers);
    const decision = this.decideFor(node, peers);
    if (decision.type === "join") {
      if (decision.lineage.length > 0) node.lineage = decision.lineage;
      this.later(node, 500, 3_000, () => this.join(node));
    }
    if (decision.type === "rebuild") this.startRebuild(node);
    if (decision.type === "leave") this.leave(node, decision.madeByHand === true);
    if (decision.type === "handOver") this.startHandOver(node, decision.to);
    if (decision.type === "bootstrap") this.startFounding(node, decision.kind);
    if (decision.type === "certify") this.certifyInPlace(node);
  }

  private leave(node: SimulatedNode, madeByHand: boolean): void {
    const [self, { counter, strayWrites }] = [this.stateOf(node), node.group!];
    if (madeByHand && !node.trust.wasCertified(self)) node.trust.distrust(self);
    const isClean = counter === 1 && strayWrites === 0 && node.trust.isNew(self);
    if (madeByHand && isClean) node.memory.trustAll();
    node.group = undefined;
  }

  private startHandOver(node: SimulatedNode, to: string): void {
    const heir = this.nodes.find(({ name }) => name === to)!;
    const peerState = node.heard.get(to)?.state.member;
    if (peerState?.state !== "ONLINE")
      this.violate(`${node.name} hands over to ${to}, which is none`);
    this.later(node, 100, 2_000, () => {
      if (this.makePrimary(node, heir)) this.handOvers += 1;
    });
  }

  /** Asks for votes, some of which come late, and founds the group, which may take long. */
  private startFounding(node: SimulatedNode, kind: FoundingKind): void {
    const epoch = this.nextEpoch(node);
    node.founding = epoch;
    const asked = this.ask(node, epoch, kind);
    const giveUp = () => {
      node.memory.giveUp(node.name);
      node.founding = 0;
    };
    if (!asked) return giveUp();
    const slowest = this.next() < 0.1 ? 29_000 : 5_000;
    this.later(node, 0, 800, () => {
      const isFree = kind === "sole" || kind === "override";
      const self = this.stateOf(node);
      if (!isFree && this.by.countVotes(node.list, self, asked, kind) !== undefined)
        return giveUp();
      this.later(node, 500, slowest, () => {
        this.bootstrap(node, epoch, kind);
        giveUp();
      });
    });
  }

  /** What the other nodes answer; undefined if it has no vote itself. */
  private ask(node: SimulatedNode, epoch: number, kind: FoundingKind): VoteAnswer[] | undefined {
    if (kind === "override") node.memory.vote(epoch, node.name, this.nowMs);
    if (kind === "sole" || kind === "override") return [];
    const { lastView, certificate, electorate = null } = node.memory.remembered;
    const request = { founder: node.name, epoch, kind, lastView, certificate, electorate };
    const voteOf = (voter: SimulatedNode): VoteAnswer => {
      const peers = this.heardBy(voter);
      const self = this.stateOf(voter);
      const refusal = this.by.castVote(voter.memory, self, peers, request, voter.list, this.nowMs);
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

  /** The group of an unconfirmed primary goes on with another certificate. */
  private certifyInPlace(node: SimulatedNode): void {
    const { group } = node;
    const epoch = this.nextEpoch(node);
    node.founding = epoch;
    this.later(node, 0, 800, () => {
      if (node.group && node.group.groupId === group?.groupId) {
        this.certify(node, node.group, epoch, "override", this.stateOf(node));
      }
      node.founding = 0;
    });
  }

  private bootstrap(node: SimulatedNode, epoch: number, kind: FoundingKind): void {
    if (node.group) return;
    node.group = groupOf(this.groupId(node), node);
    const self = { ...this.stateOf(node), member: null };
    if (!this.certify(node, node.group, epoch, kind, self)) node.group = undefined;
  }

  /** Records the certificate; false if another group was seen. */
  private certify(
    node: SimulatedNode,
    { groupId }: Group,
    epoch: number,
    kind: FoundingKind,
    self: NodeState,
  ): boolean {
    node.lineage = foundingLineage(this.stateOf(node), epoch, kind);
    try {
      const peers = this.heardBy(node);
      const holds = () => node.override.holds(self, this.sight(node, peers), this.nowMs);
      if (kind === "override" && !holds()) throw new Error("there is another group");
      const voters = [node.name];
      const certificate = { epoch, kind, founder: node.name, voters, groupId };
      const known = kind === "override" ? knownAtOverride([self, ...peers]) : {};
      node.memory.certify({ ...certificate, ...known });
      node.override.end();
    } catch {
      return false;
    }
    this.bootstraps += 1;
    const lost = [...this.acknowledged].filter((one) => !node.has(one));
    const isServed = this.serving().some((other) => other !== node);
    // The operator was told, and there was no other service.
    if (kind === "override" && !isServed) for (const one of lost) this.acknowledged.delete(one);
    return true;
  }

  private isServed(node: SimulatedNode): boolean {
    const state = this.stateOf(node);
    return state.ready && this.by.serves(state, this.heardBy(node), node.list);
  }
}

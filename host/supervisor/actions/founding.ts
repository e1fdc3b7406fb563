import { monotonicMs } from "../../time/monotonic";
import { castVote, countVotes, type VoteAnswer } from "../core/ballot";
import type { FoundingKind } from "../core/certificate";
import type { Decision } from "../core/decision";
import { knownAtOverride } from "../core/doubt";
import type { VoteRequest } from "../core/founding-rule";
import { foundingLineage } from "../core/lineage";
import type { Memory } from "../core/memory";
import type { NodeState } from "../core/node-state";
import { log } from "../log";
import type { Mysql } from "../mysql";
import type { Observer } from "../observation/observer";
import { type BackOff, refusedWaitMs } from "../policy/back-off";
import type { Override, OverrideContext } from "../policy/override";
import type { Peers } from "../wire/peers";
import { groupIdOf, type Replication, startMember, stopMember } from "./group";

/** Founds a group when enough nodes vote for it, and votes on other nodes' requests. */
export class Founding {
  constructor(
    private readonly node: string,
    /** Names of all database nodes. */
    private readonly nodes: readonly string[],
    private readonly parts: {
      observer: Observer;
      peers: Peers;
      memory: Memory;
      backOff: BackOff;
      override: Override;
      sight: () => OverrideContext;
    },
  ) {}

  /** Votes for the founding and writes the vote to disk, or answers the reason against it. */
  vote(request: VoteRequest): VoteAnswer {
    const { observer, memory, peers } = this.parts;
    let refusal: string;
    try {
      refusal = castVote(
        memory,
        observer.state,
        peers.states(),
        request,
        this.nodes,
        monotonicMs(),
      );
    } catch (error) {
      refusal = `${this.node} cannot write its vote: ${(error as Error).message}`;
    }
    return { refusal, state: observer.state };
  }

  /**
   * Founds the group that was decided on, or gives up if the votes are missing. @throws SqlError or Error
   * if MySQL fails.
   */
  async found(
    mysql: Mysql,
    replication: Replication,
    { kind, reason }: Extract<Decision, { type: "bootstrap" }>,
  ): Promise<void> {
    const { observer, backOff } = this.parts;
    await this.withEpoch(async (epoch) => {
      const voters = await this.voters(epoch, kind);
      if (!voters) return backOff.wait(refusedWaitMs, monotonicMs());
      log(5, `founding a group with epoch ${epoch}, voted for by ${voters.join(", ")}: ${reason}`);
      await observer.storeLineage(foundingLineage(observer.state, epoch, kind));
      await startMember(mysql, replication, "bootstrap");
      try {
        await this.certify(mysql, { epoch, kind, voters }, null);
      } catch (error) {
        // No other node knows of this group, so it must not stay.
        await stopMember(mysql).catch(() => undefined);
        throw error;
      }
    });
  }

  /**
   * Gives the group that this node is the primary of a later certificate, so that other nodes follow it again.
   * The group itself goes on.
   *
   * @throws SqlError or Error if MySQL fails, or if another group was seen meanwhile; the group keeps its former certificate
   *   then.
   */
  async certifyInPlace(mysql: Mysql, reason: string): Promise<void> {
    const { node, parts } = this;
    const { observer } = parts;
    await this.withEpoch(async (epoch) => {
      log(5, `certifying the group of this node with epoch ${epoch}: ${reason}`);
      await observer.storeLineage(foundingLineage(observer.state, epoch, "override"));
      await this.certify(mysql, { epoch, kind: "override", voters: [node] }, observer.state.member);
    });
  }

  private async withEpoch(work: (epoch: number) => Promise<void>): Promise<void> {
    const { observer, peers, memory } = this.parts;
    const index = this.nodes.indexOf(this.node);
    const epoch = memory.nextEpoch([observer.state, ...peers.states()], index);
    observer.note({ founding: epoch });
    try {
      await work(epoch);
    } finally {
      // An abandoned founding is never resumed: the next attempt takes a new epoch.
      memory.giveUp(this.node);
      observer.note({ founding: 0 });
    }
  }

  /** Records the certificate. `member`: the membership that the override is checked against. */
  private async certify(
    mysql: Mysql,
    agreed: { epoch: number; kind: FoundingKind; voters: readonly string[] },
    member: NodeState["member"],
  ): Promise<void> {
    const { override, observer, memory, sight } = this.parts;
    const groupId = await groupIdOf(mysql);
    const isHeld = () => override.holds({ ...observer.state, member }, sight(), monotonicMs());
    const isOverride = agreed.kind === "override";
    if (isOverride && !isHeld()) {
      throw new Error("another group was seen: the operator's override no longer holds");
    }
    const certificate = { ...agreed, founder: this.node, groupId };
    const known = isOverride ? knownAtOverride([observer.state, ...sight().peers]) : {};
    memory.certify({ ...certificate, ...known });
    override.end();
  }

  /**
   * Names of the nodes that vote for the founding; undefined if they are too few, or if the vote changes
   * the decision.
   */
  private async voters(epoch: number, kind: FoundingKind): Promise<string[] | undefined> {
    const { node, nodes } = this;
    const { observer, peers, memory } = this.parts;
    // Its vote for another group ends: a primary that this node alone confirms stops before the operator's group serves.
    if (kind === "override") memory.vote(epoch, node, monotonicMs());
    if (kind === "sole" || kind === "override") return [node];
    const { lastView, certificate, electorate = null } = observer.state;
    const request = { epoch, kind, lastView, certificate, electorate };
    const own = this.vote({ ...request, founder: node });
    if (own.refusal) log(4, `no group is founded: ${own.refusal}`);
    if (own.refusal) return undefined;
    const answers = await peers.vote(request);
    const against = countVotes(nodes, observer.state, answers, kind);
    if (against !== undefined) {
      log(4, `no group is founded: ${against}`);
      return undefined;
    }
    const granting = answers.filter(({ refusal }) => refusal === "");
    return [node, ...granting.map(({ state }) => state.node)];
  }
}

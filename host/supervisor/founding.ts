import { randomUUID } from "node:crypto";
import { type BackOff, refusedMs } from "./back-off";
import { type Claims, isMajority, mayBeMade } from "./claims";
import { decide } from "./decide";
import type { Eye } from "./eye";
import { type Replication, startMember } from "./group";
import { founded } from "./lineage";
import type { Mysql } from "./mysql";
import { endOverride, isOverridden } from "./override";
import type { Peers } from "./peers";
import { say } from "./say";
import type { LastView } from "./view";

/** Makes the group, if enough nodes let this one, and lets others make it. */
export class Founding {
  constructor(
    private readonly node: string,
    /** Names of all database nodes. */
    private readonly nodes: readonly string[],
    private readonly parts: { eye: Eye; peers: Peers; claims: Claims; backOff: BackOff },
  ) {}

  /** Grants or refuses the claim of a node that knows of that view as the last. */
  claim(by: string, view: LastView | null): boolean {
    const { eye, claims } = this.parts;
    return mayBeMade(eye.state, view) && claims.grant(by, view, Date.now());
  }

  /**
   * Makes the group, or gives way: what was decided from what the peers said a moment ago must hold
   * for those that let it happen.
   */
  async found(mysql: Mysql, replication: Replication, reason: string): Promise<void> {
    const { node, nodes } = this;
    const { eye, peers } = this.parts;
    const override = isOverridden(node);
    const { sole } = eye.state;
    const isOwn = this.claim(node, eye.state.lastView);
    const granting = isOwn ? await peers.grants(node, eye.state.lastView) : [];
    const allowed = isOwn && isMajority(1 + granting.length, nodes.length);
    const again = decide({ nodes, self: eye.state, peers: granting, override });
    if (!override && !sole && (!allowed || again.type !== "bootstrap")) {
      say(4, `only ${granting.length} other nodes let this one start the group`);
      return this.giveBack();
    }
    say(5, `starting the group: ${reason}`);
    if (sole) eye.keepAlone(true);
    await eye.keepLineage(founded(eye.state, randomUUID()));
    await startMember(mysql, replication, "bootstrap");
    if (!override) return;
    eye.keepAlone(true);
    endOverride();
  }

  private async giveBack(): Promise<void> {
    const { peers, claims, backOff } = this.parts;
    claims.release(this.node, Date.now());
    await peers.release(this.node);
    backOff.hold(refusedMs, Date.now());
  }
}

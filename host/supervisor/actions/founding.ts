import { monotonicMs } from "../../time/monotonic";
import { randomUUID } from "node:crypto";
import { type BackOff, refusedMs } from "../policy/back-off";
import { type Claims, isMajority, mayBeMade } from "../core/votes";
import { decide } from "../core/decide";
import type { Observer } from "../observation/observer";
import { type Replication, startMember } from "./group";
import { founded } from "../core/lineage";
import type { Mysql } from "../mysql";
import { endOverride, isOverridden } from "./override";
import type { Peers } from "../wire/peers";
import { log } from "../log";
import type { LastView } from "../core/view";

/** Makes the group, if enough nodes let this one, and lets others make it. */
export class Founding {
  constructor(
    private readonly node: string,
    /** Names of all database nodes. */
    private readonly nodes: readonly string[],
    private readonly parts: { observer: Observer; peers: Peers; claims: Claims; backOff: BackOff },
  ) {}

  /** Grants or refuses the claim of a node that knows of that view as the last. */
  claim(by: string, view: LastView | null): boolean {
    const { observer, claims } = this.parts;
    return mayBeMade(observer.state, view) && claims.grant(by, view, monotonicMs());
  }

  /**
   * Makes the group, or gives way: what was decided from what the peers said a moment ago must hold
   * for those that let it happen.
   */
  async found(mysql: Mysql, replication: Replication, reason: string): Promise<void> {
    const { node, nodes } = this;
    const { observer, peers } = this.parts;
    const override = isOverridden(node);
    const { sole } = observer.state;
    const isOwn = this.claim(node, observer.state.lastView);
    const granting = isOwn ? await peers.grants(node, observer.state.lastView) : [];
    const allowed = isOwn && isMajority(1 + granting.length, nodes.length);
    const again = decide({ nodes, self: observer.state, peers: granting, override });
    if (!override && !sole && (!allowed || again.type !== "bootstrap")) {
      log(4, `only ${granting.length} other nodes let this one start the group`);
      return this.giveBack();
    }
    log(5, `starting the group: ${reason}`);
    if (sole) observer.keepAlone(true);
    await observer.keepLineage(founded(observer.state, randomUUID()));
    await startMember(mysql, replication, "bootstrap");
    if (!override) return;
    observer.keepAlone(true);
    endOverride();
  }

  private async giveBack(): Promise<void> {
    const { peers, claims, backOff } = this.parts;
    claims.release(this.node, monotonicMs());
    await peers.release(this.node);
    backOff.hold(refusedMs, monotonicMs());
  }
}

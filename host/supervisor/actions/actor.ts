import { monotonicMs } from "../../time/monotonic";
import type { Decision } from "../core/decision";
import { log } from "../log";
import { type Mysql, SqlError } from "../mysql";
import type { Observer } from "../observation/observer";
import { type BackOff, noticedMs } from "../policy/back-off";
import type { Saving } from "../saved/saving";
import type { Peers } from "../wire/peers";
import type { XcomHelp } from "../xcom/help";
import type { Founding } from "./founding";
import { type Replication, setPrimary, stopMember } from "./group";
import { join } from "./joining";
import { rebuild } from "./rebuild";

/** How long own transactions must be unknown to the group before all data is replaced, milliseconds. */
const rebuildAfterMs = 10_000;

/** What decisions are carried out with. */
export interface Tools {
  /** Name of this node. */
  node: string;
  /** Session for changes, one at a time. */
  mysql: Mysql;
  replication: Replication;
  observer: Observer;
  peers: Peers;
  founding: Founding;
  saving: Saving;
  backOff: BackOff;
  xcomHelp: Pick<XcomHelp, "has">;
  /** Private IPv4 address of a node. */
  addressOf: (node: string) => string;
  /** Makes ready for the end of this membership. */
  leaving: () => void;
}

/** Carries out what was decided, one thing at a time. */
export class Actor {
  private decidedAtMs = 0;
  private type: Decision["type"] | undefined;

  constructor(private readonly tools: Tools) {}

  /** Carries it out. @throws SqlError or Error if it fails; it is decided anew then. */
  async act(decision: Decision): Promise<void> {
    const { mysql, replication, observer, founding, backOff, addressOf } = this.tools;
    if (decision.type !== this.type) this.decidedAtMs = monotonicMs();
    this.type = decision.type;
    if (!backOff.isOver(monotonicMs())) return;
    switch (decision.type) {
      case "nothing":
        return backOff.worked();
      case "wait":
        return;
      case "join":
        return this.join(decision);
      case "bootstrap":
        return founding.found(mysql, replication, decision);
      case "rebuild": {
        if (monotonicMs() - this.decidedAtMs < rebuildAfterMs) return;
        const source = { ...decision, address: addressOf(decision.donor) };
        return rebuild(mysql, replication, source, observer.progress, this.tools.saving);
      }
      case "leave":
        log(3, `leaving the group: ${decision.reason}`);
        this.tools.leaving();
        return stopMember(mysql, decision.cut);
      case "handOver":
        return this.handOver(decision);
    }
  }

  private async join({ lineage }: Extract<Decision, { type: "join" }>): Promise<void> {
    const { node, mysql, replication, observer, peers, addressOf, xcomHelp } = this.tools;
    log(5, "joining the group");
    await observer.keepLineage(lineage);
    await join(mysql, replication, {
      node,
      leaves: observer.state.member?.state !== "OFFLINE",
      peers: () => peers.states(),
      addressOf,
      announce: () => peers.announce(),
      isHelped: xcomHelp.has("join-gate"),
    });
  }

  private handOver({
    to,
    reason,
    ifItHangs,
  }: Extract<Decision, { type: "handOver" }>): Promise<void> {
    const { mysql, observer, backOff, addressOf } = this.tools;
    log(3, `${to} is to be the primary: ${reason}`);
    backOff.hold(noticedMs, monotonicMs());
    return setPrimary(
      mysql,
      addressOf(to),
      ifItHangs,
      () => observer.state.member?.role === "PRIMARY",
    );
  }

  /** Waits after a failure, longer after each. */
  failed(error: Error): void {
    const wait = this.tools.backOff.failed(monotonicMs());
    const code = error instanceof SqlError ? ` (MySQL ${error.code})` : "";
    log(4, `${error.message}${code}; again in ${wait} ms`);
  }
}

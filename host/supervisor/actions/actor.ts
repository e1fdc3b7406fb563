import { monotonicMs } from "../../time/monotonic";
import { decide } from "../core/decide";
import type { Decision } from "../core/decision";
import type { Trust } from "../core/trust";
import { acceptedPassword, type Password } from "../core/passwords";
import { log } from "../log";
import { type Mysql, SqlError } from "../mysql";
import type { Observer } from "../observation/observer";
import { type BackOff, propagationWaitMs } from "../policy/back-off";
import type { SaveGuard } from "../saved/save-guard";
import type { Peers } from "../wire/peers";
import type { XcomHelp } from "../xcom/help";
import type { Founding } from "./founding";
import { type Replication, setPrimary, stopMember } from "./group";
import { join } from "./joining";
import { isReplaced, leaveMadeByHand, type LeavingTools, orderClone } from "./made-by-hand";
import { rebuild } from "./rebuild";

/**
 * How long this node must have transactions that the group lacks before all its data is replaced,
 * milliseconds.
 */
const rebuildAfterMs = 10_000;

/** What the {@link Actor} needs to carry out a decision. */
export interface ActorDependencies {
  /** Name of this node. */
  node: string;
  /** Names of all database nodes. */
  nodes: readonly string[];
  /** Session for statements that change MySQL; runs one statement at a time. */
  mysql: Mysql;
  /** Passwords of the user of replication. */
  passwords: Password;
  observer: Observer;
  peers: Peers;
  founding: Founding;
  memory: LeavingTools["memory"];
  trust: Trust;
  saving: SaveGuard;
  backOff: BackOff;
  xcomHelp: Pick<XcomHelp, "has">;
  /** Private IPv4 address of a node. */
  addressOf: (node: string) => string;
  /** Prepares the peers and XCom for the end of this node's membership. */
  leaving: () => void;
}

/** Carries out decisions, one at a time. */
export class Actor {
  private decidedAtMs = 0;
  private type: Decision["type"] | undefined;

  constructor(private readonly tools: ActorDependencies) {}

  /** Carries out the decision. @throws SqlError or Error if MySQL fails; the caller then decides again. */
  async act(decision: Decision): Promise<void> {
    const { mysql, observer, founding, trust, backOff, addressOf } = this.tools;
    if (decision.type !== this.type) this.decidedAtMs = monotonicMs();
    this.type = decision.type;
    if (!backOff.isOver(monotonicMs())) return;
    switch (decision.type) {
      case "nothing":
        return backOff.succeeded();
      case "wait":
        return;
      case "join":
        return this.join(decision);
      case "bootstrap":
        return founding.found(mysql, this.replication([]), decision);
      case "certify":
        return founding.certifyInPlace(mysql, decision.reason);
      case "rebuild": {
        if (await isReplaced({ mysql, memory: this.tools.memory })) return;
        if (monotonicMs() - this.decidedAtMs < rebuildAfterMs) return;
        const source = { ...decision, address: addressOf(decision.donor) };
        const login = this.replication([decision.donor]);
        const begins = async () => {
          this.checkAgain(decision);
          await orderClone({ mysql, memory: this.tools.memory });
        };
        return rebuild(mysql, login, source, observer.progress, this.tools.saving, begins);
      }
      case "leave":
        log(3, `leaving the group: ${decision.reason}`);
        this.tools.leaving();
        return decision.madeByHand && !trust.wasCertified(observer.state)
          ? leaveMadeByHand({ mysql, memory: this.tools.memory, trust, self: observer.state })
          : stopMember(mysql, decision.cut);
      case "handOver":
        return this.handOver(decision);
    }
  }

  /** Saving may take long. @throws Error if another decision is right by now. */
  private checkAgain({ donor }: Extract<Decision, { type: "rebuild" }>): void {
    const { nodes, observer, peers } = this.tools;
    const decided = decide({ nodes, self: observer.state, peers: peers.states() });
    const again = decided.type === "wait" && decided.instead ? decided.instead : decided;
    if (again.type === "rebuild" && again.donor === donor) return;
    const why = again.type === "wait" ? again.reason : `the decision is ${again.type} by now`;
    throw new Error(`the clone of ${donor} does not begin: ${why}`);
  }

  private async join({ lineage }: Extract<Decision, { type: "join" }>): Promise<void> {
    const { node, mysql, observer, peers, addressOf, xcomHelp } = this.tools;
    log(5, "joining the group");
    await observer.storeLineage(lineage);
    const members = peers.states().filter(({ member }) => member?.state === "ONLINE");
    await join(mysql, this.replication(members.map((one) => one.node)), {
      node,
      leaves: observer.state.member?.state !== "OFFLINE",
      peers: () => peers.states(),
      addressOf,
      announce: () => peers.announce(),
      isHelped: xcomHelp.has("join-gate"),
    });
  }

  /** Login with the password that these nodes accept; during a change some may know only the former one. */
  private replication(donors: readonly string[]): Replication {
    const states = this.tools.peers.states().filter(({ node }) => donors.includes(node));
    const accepted = states.map((state) => state.accepted);
    return { user: "replication", password: acceptedPassword(this.tools.passwords, accepted) };
  }

  private handOver({
    to,
    reason,
    ifItHangs,
  }: Extract<Decision, { type: "handOver" }>): Promise<void> {
    const { mysql, observer, backOff, addressOf } = this.tools;
    log(3, `handing the primary role over to ${to}: ${reason}`);
    backOff.wait(propagationWaitMs, monotonicMs());
    return setPrimary(
      mysql,
      addressOf(to),
      ifItHangs,
      () => observer.state.member?.role === "PRIMARY",
    );
  }

  /** Starts a wait after a failure; each failure in a row waits longer. */
  failed(error: Error): void {
    const wait = this.tools.backOff.failed(monotonicMs());
    const code = error instanceof SqlError ? ` (MySQL ${error.code})` : "";
    log(4, `${error.message}${code}; next attempt in ${wait} ms`);
  }
}

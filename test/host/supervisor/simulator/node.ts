import { Claims, type Claim } from "../../../../host/supervisor/core/votes";
import { settled } from "../../../../host/supervisor/core/lineage";
import {
  isLater,
  isRival,
  ownView,
  type LastView,
  type Lineage,
  type NodeState,
} from "../../../../host/supervisor/core/view";
import { outside } from "../support/node-state";
import { numberOf, Transactions } from "./transactions";

/** A group as its members see it. */
export interface Group {
  /** Rises with each bootstrap. */
  epoch: number;
  counter: number;
  primary: SimulatedNode;
  members: Set<SimulatedNode>;
  /** Transactions of this view, in order. */
  log: number[];
  /** How many of them were delivered to a member. */
  delivered: Map<SimulatedNode, number>;
  /** Since when members cannot be reached, by member. */
  lostSince: Map<SimulatedNode, number>;
}

const uuid = "5d4a0f5e-6a5e-4d0c-9f6a-0c1d5f3e9b11";

/** GTID set of numbers, gaps and all. */
function gtidSet(transactions: Iterable<number>): string {
  const sorted = [...transactions].sort((a, b) => a - b);
  const starts = sorted.filter((one, i) => sorted[i - 1] !== one - 1);
  const ends = sorted.filter((one, i) => sorted[i + 1] !== one + 1);
  return starts.length === 0
    ? ""
    : `${uuid}:${starts.map((start, i) => `${start}-${ends[i]}`).join(":")}`;
}

/** A database node whose MySQL is played; its disk survives a loss of power, its memory does not. */
export class SimulatedNode {
  /** On disk: transactions that were applied. */
  readonly applied = new Transactions();
  /** In memory: transactions that the group delivered. */
  readonly received = new Transactions();
  /** On disk. */
  lastView: LastView | null = null;
  private rival: LastView | null = null;
  /** On disk, with the data. */
  lineage: Lineage = [];
  /** On disk: a copy was begun and has not ended. */
  cloneIncomplete = false;
  /** On disk. */
  sole = false;
  /** On disk: it made the group alone, and no majority has known of it since. */
  alone = false;
  /** On disk. */
  private claim: Claim | null = null;
  claims: Claims;
  powered = true;
  mysqlAt = 0;
  group: Group | undefined;
  /** What its supervisor is doing until then. */
  busy: { untilMs: number; finish: () => void } | undefined;
  private said: { size: number; gtid: string } | undefined;
  /** What the peers said last, with the time. */
  readonly heard = new Map<string, { state: NodeState; atMs: number }>();

  constructor(readonly name: string) {
    this.claims = this.startedClaims();
  }

  private startedClaims(): Claims {
    return new Claims(this.claim, (claim) => (this.claim = claim));
  }

  /** Loss of power: only what is on disk stays. */
  powerOff(): void {
    this.powered = false;
    this.received.clear();
    this.said = undefined;
    this.heard.clear();
    this.group = undefined;
    this.busy = undefined;
  }

  /** Power comes back; MySQL answers at `mysqlAt`. */
  powerOn(mysqlAt: number): void {
    this.powered = true;
    this.mysqlAt = mysqlAt;
    this.claims = this.startedClaims();
  }

  /** A supervisor that is started again forgets what it heard and did. */
  restartSupervisor(): void {
    this.heard.clear();
    this.busy = undefined;
    this.claims = this.startedClaims();
  }

  /** MySQL is stopped cleanly; the supervisor goes on. */
  stopMysql(untilMs: number): void {
    this.mysqlAt = untilMs;
    this.received.clear();
    this.group = undefined;
    this.busy = undefined;
  }

  gtid(): string {
    const size = this.applied.size * 1e6 + this.received.size;
    if (this.said?.size !== size) {
      this.said = {
        size,
        gtid: gtidSet(new Set([...this.applied.numbers, ...this.received.numbers])),
      };
    }
    return this.said.gtid;
  }

  /** A primary takes writes when it has applied what was delivered before. */
  isSettledPrimary(): boolean {
    return this.group?.primary === this && this.received.size === 0;
  }

  has(transaction: number): boolean {
    return this.applied.has(transaction) || this.received.has(transaction);
  }

  /** True if it has that one or another one of the same GTID. */
  hasNumberOf(transaction: number): boolean {
    const number = numberOf(transaction);
    return this.applied.numbers.has(number) || this.received.numbers.has(number);
  }

  /** The first number that it has not seen. */
  nextNumber(): number {
    return Math.max(0, ...this.applied.numbers, ...this.received.numbers) + 1;
  }

  /** Takes over a later view. */
  adopt(view: LastView | null, nowMs: number): void {
    if (!view || !this.claims.agrees(view.primary, nowMs)) return;
    if (isRival(view, this.lastView)) this.rival = view;
    if (isLater(view, this.lastView)) this.keepView(view, nowMs);
  }

  private keepView(view: LastView, nowMs: number): void {
    this.lastView = view;
    this.claims.settle(view, nowMs);
  }

  /** As a primary that is settled: puts the view on disk. */
  look(nowMs: number): void {
    if (!this.group || !this.isSettledPrimary()) return;
    if (!this.claims.agrees(this.name, nowMs)) return;
    const { epoch, counter } = this.group;
    const seen = { primary: this.name, epoch: String(epoch), counter };
    const own = ownView(this.name, seen, this.lastView, this.rival);
    if (own) this.keepView(own, nowMs);
  }

  /** The maker of a group writes down that it is there. */
  settleLineage(): void {
    if (this.group?.primary !== this) return;
    this.lineage = settled(this.lineage, String(this.group.epoch));
  }

  /** What it says of itself; `majority` as its MySQL sees it. */
  say(nowMs: number, majority: boolean): NodeState {
    const { group } = this;
    const role = group?.primary === this ? "PRIMARY" : "SECONDARY";
    return outside(this.name, {
      ready: this.powered && nowMs >= this.mysqlAt,
      member: group ? { state: "ONLINE", role } : { state: "OFFLINE", role: "" },
      epoch: group ? String(group.epoch) : null,
      writable: this.isSettledPrimary(),
      gtid: this.gtid(),
      lineage: this.lineage,
      cloneIncomplete: this.cloneIncomplete,
      lastView: this.lastView,
      sole: this.sole,
      majority,
    });
  }
}

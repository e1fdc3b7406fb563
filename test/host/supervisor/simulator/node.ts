import { ownView } from "../../../../host/supervisor/core/certificate";
import { Memory } from "../../../../host/supervisor/core/memory";
import { emptyMemory, type MemoryRecord } from "../../../../host/supervisor/core/memory-record";
import type { Lineage } from "../../../../host/supervisor/core/ancestor";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { Trust } from "../../../../host/supervisor/core/trust";
import { Override } from "../../../../host/supervisor/policy/override";
import type { Group } from "./group";
import { outside } from "../support/node-state";
import { gtidSet, numberOf, Transactions } from "./transactions";

/** A database node whose MySQL is played; its disk survives a loss of power, its memory does not. */
export class SimulatedNode {
  /** On disk: transactions that were applied. */
  readonly applied = new Transactions();
  /** In memory: transactions that the group delivered. */
  readonly received = new Transactions();
  /** On disk, with the data. */
  lineage: Lineage = [];
  /** On disk: a copy was begun and has not ended. */
  cloneIncomplete = false;
  /** On disk: what the supervisor remembers, and what it had written before. */
  private disk: MemoryRecord = { ...emptyMemory, serverUuid: "1" };
  private former: MemoryRecord = this.disk;
  memory: Memory;
  /** What an operator said. */
  override = new Override();
  /** What is added to the time to make its wall clock, milliseconds. */
  clockMs = 0;
  powered = true;
  mysqlAt = 0;
  group: Group | undefined;
  /** Epoch that it founds a group with. */
  founding = 0;
  /** What its supervisor is doing until then. */
  busy: { untilMs: number; finish: () => void } | undefined;
  private known: { size: number; gtid: string } | undefined;
  trust: Trust;
  /** What the peers said last, with the time. */
  readonly heard = new Map<string, { state: NodeState; atMs: number }>();
  /** When each peer asked it last, and when its supervisor was started. */
  readonly askedBy = new Map<string, number>();
  startedMs = 0;

  /** True while the server does not exist. */
  absent = false;

  /** @param list names of all nodes, as its supervisor was told at its start. */
  constructor(
    readonly name: string,
    public list: readonly string[],
  ) {
    this.memory = this.startedMemory(0);
    this.trust = new Trust(this.memory);
  }

  private startedMemory(nowMs: number): Memory {
    const keep = (record: MemoryRecord) => {
      this.former = this.disk;
      this.disk = record;
    };
    const memory = new Memory(this.disk, keep, nowMs);
    this.startedMs = nowMs;
    // A founding ends with the supervisor that was at it.
    memory.giveUp(this.name);
    return memory;
  }

  /** Loss of power: only what is on disk stays. */
  powerOff(isDurable: boolean): void {
    this.powered = false;
    if (!isDurable) this.disk = this.former;
    this.received.clear();
    this.known = undefined;
    this.group = undefined;
    this.forget();
  }

  private forget(): void {
    this.heard.clear();
    this.busy = undefined;
    this.founding = 0;
    this.override = new Override();
  }

  /** Power comes back; MySQL answers at `mysqlAt`. */
  powerOn(nowMs: number, mysqlAt: number): void {
    this.powered = true;
    this.mysqlAt = mysqlAt;
    this.memory = this.startedMemory(nowMs);
    this.trust = new Trust(this.memory);
  }

  /** True unless its disk was replaced and it has not joined a group since; a node that is off says nothing newer. */
  get remembersOnDisk(): boolean {
    return this.disk.remembers;
  }

  /** A new disk is in the place of the old one; the node is off. */
  loseDisk(knowsLoss: boolean): void {
    this.applied.clear();
    this.lineage = [];
    this.cloneIncomplete = false;
    this.disk = { ...emptyMemory, serverUuid: "1", remembers: !knowsLoss };
    this.former = this.disk;
  }

  /** A supervisor that is started again forgets what it heard and did. */
  restartSupervisor(nowMs: number): void {
    this.forget();
    this.memory = this.startedMemory(nowMs);
    this.trust = new Trust(this.memory);
  }

  /** MySQL is stopped cleanly; the supervisor goes on. */
  stopMysql(untilMs: number): void {
    this.mysqlAt = untilMs;
    this.received.clear();
    this.group = undefined;
    this.busy = undefined;
    this.founding = 0;
  }

  gtid(): string {
    const size = this.applied.size * 1e6 + this.received.size;
    if (this.known?.size !== size) {
      const all = new Set([...this.applied.numbers, ...this.received.numbers]);
      this.known = { size, gtid: gtidSet(all) };
    }
    return this.known.gtid;
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

  /** As a primary that is settled: puts the view on disk. */
  look(): void {
    const { certificate, lastView, vote } = this.memory.remembered;
    if (!this.group || !this.isSettledPrimary()) return;
    if (!certificate || certificate.groupId !== this.group.groupId) return;
    if ((vote?.epoch ?? 0) > certificate.epoch) return;
    const seen = { primary: this.name, epoch: certificate.epoch, counter: this.group.counter };
    const own = ownView(this.name, seen, lastView, this.memory.rival);
    if (own) this.memory.recordView(own);
  }

  /** What it says of itself; `majority` as its MySQL sees it. */
  say(nowMs: number, majority: boolean): NodeState {
    const { group, founding } = this;
    const role = group?.primary === this ? "PRIMARY" : "SECONDARY";
    return outside(this.name, {
      ...this.memory.remembered,
      list: this.list,
      ready: this.powered && nowMs >= this.mysqlAt,
      member: group ? { state: "ONLINE", role } : { state: "OFFLINE", role: "" },
      groupId: group ? group.groupId : null,
      writable: this.isSettledPrimary(),
      gtid: this.gtid(),
      lineage: this.lineage,
      cloneIncomplete: this.cloneIncomplete,
      ...{ founding, majority },
    });
  }
}

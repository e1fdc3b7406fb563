import { monotonicMs } from "../../time/monotonic";
import type { Claims } from "../core/votes";
import { type Room, roomAt } from "./disk-space";
import { Freshness } from "./freshness";
import { readDurable, writeDurable } from "../actions/durable";
import { isPending, settled } from "../core/lineage";
import { readLineage, writeLineage } from "../actions/lineage-table";
import { Mysql } from "../mysql";
import { noGroup, type GroupView } from "../xcom/slot-filling";
import { observe, processOf } from "./mysql-look";
import { Progress } from "./clone-progress";
import { log } from "../log";
import { readSyncs, syncsSql, SyncTimes } from "./sync-times";
import { isLater, isRival, type LastView, type Lineage } from "../core/view";
import { type NodeState, ownView, wasMember } from "../core/view";

/** Age from which a look says nothing any more, milliseconds. */
const freshMs = 1_500;
/** Time between two looks at the disk's speed, milliseconds. */
const syncsMs = 1_000;

/** Who is told what the observer sees. */
export interface ObserverListener {
  /** Receives every view of which this node is the primary, once it is on disk. */
  onOwnView: (view: LastView) => void;
  /** Called once MySQL answers that was started anew: nothing answers for the former one any more. */
  onRestart: () => void;
}

/** What this node knows of itself: the last look at MySQL, and the last view, which is on disk. */
export class Observer {
  state: NodeState;
  /** True, also on disk, if it made the group alone: the primary until a majority is there. */
  alone = readDurable<boolean>("alone") ?? false;
  /** True once database and users are there. */
  usersMade = false;
  /** Last seen. */
  groupView: GroupView = noGroup;
  /** How long commits take. */
  readonly syncs = new SyncTimes();
  /** How far it is on its way into the group. */
  readonly progress = new Progress();
  /** How old its data may be. */
  readonly freshness = new Freshness();
  /** A view that a peer knows and that is no less late than the own. */
  private rival: LastView | null = null;
  private lookedAt = -Infinity;
  private lineageRead = false;
  /** Process id of the MySQL that answered; empty: not known. */
  private process = "";
  private syncsAt = 0;
  private room: Room = { full: false, spent: false };
  private readonly mysql = new Mysql();

  constructor(
    node: string,
    /** All database nodes; one of them is no group. */
    private readonly nodes: readonly { name: string; privateIp: string }[],
    private readonly claims: Claims,
    private readonly listener: ObserverListener,
  ) {
    this.state = {
      node,
      ...{ ready: false, member: null },
      ...{ members: [], connectingTo: [], maybeConnectingTo: [], notReading: [] },
      gtid: "",
      epoch: null,
      ...{ lineage: [], cloneIncomplete: false },
      lastView: readDurable<LastView>("last-view"),
      ...{ writable: false, majority: false },
      dataAgeMs: 0,
      sole: readDurable<boolean>("sole") ?? false,
      ...{ diskFull: false, diskSpent: false, commitMs: 0, asked: {} },
      waiting: "",
    };
  }

  /** False if the last look is so old that MySQL must hang, or there was none. */
  isFresh(): boolean {
    return monotonicMs() - this.lookedAt < freshMs;
  }

  /** ReconnectSchedule at MySQL once; a MySQL that does not answer is seen, no error. */
  async look(): Promise<void> {
    this.room = roomAt("/var/lib/mysql", this.room);
    const disk = { diskFull: this.room.full, diskSpent: this.room.spent };
    const grouped = this.nodes.length > 1;
    const nameOf = (address: string) =>
      this.nodes.find(({ privateIp }) => privateIp === address)?.name ?? address;
    const askedMs = monotonicMs();
    try {
      const { view, groupView, executed, ...seen } = await observe(this.mysql, grouped, nameOf);
      this.groupView = groupView;
      this.freshness.hear({ ...this.state, ...seen }, askedMs);
      this.freshness.compare(executed);
      await this.lookAtSyncs();
      if (!this.lineageRead) await this.meet();
      const isOnWay = grouped && seen.member?.state !== "ONLINE";
      if (isOnWay) await this.progress.look(this.mysql, monotonicMs());
      else this.progress.arrive();
      const own = view && ownView(this.state.node, view, this.state.lastView, this.rival);
      if (own && this.claims.agrees(own.primary, monotonicMs())) {
        this.keepView(own);
        this.listener.onOwnView(own);
      }
      const [before, { cloneIncomplete }, { commitMs }] = [
        this.state.member,
        this.progress,
        this.syncs,
      ];
      const ready = this.usersMade || cloneIncomplete || wasMember(seen.member);
      this.state = { ...this.state, ...seen, ...disk, commitMs, cloneIncomplete, ready };
      if (!grouped) this.state.member = this.usersMade ? alone : null;
      const { member } = this.state;
      if (before?.state !== member?.state || before?.role !== member?.role) {
        log(5, `member ${member?.state ?? "none"} ${member?.role ?? ""}`);
      }
      this.lookedAt = monotonicMs();
    } catch (error) {
      this.lineageRead = false;
      this.groupView = noGroup;
      if (this.state.ready) log(4, `MySQL: ${(error as Error).message}`);
      this.state = { ...this.state, ...disk, ...unseen };
    }
  }

  /** MySQL answers again: it may be another one, with a copy of another node's data. */
  private async meet(): Promise<void> {
    this.state.lineage = await readLineage(this.mysql);
    this.lineageRead = true;
    const process = await processOf(this.mysql);
    if (this.process !== "" && process !== this.process) {
      this.progress.restart();
      this.listener.onRestart();
    }
    this.process = process;
  }

  private async lookAtSyncs(): Promise<void> {
    if (monotonicMs() - this.syncsAt < syncsMs) return;
    this.syncsAt = monotonicMs();
    this.syncs.take(readSyncs(await this.mysql.query(syncsSql)), monotonicMs());
  }

  /** Takes over a later view that a peer knows. */
  adopt(view: LastView | null): void {
    if (!view || !this.claims.agrees(view.primary, monotonicMs())) return;
    if (isRival(view, this.state.lastView)) this.rival = view;
    if (isLater(view, this.state.lastView)) this.keepView(view);
  }

  /** Puts on disk whether this is the only node; whatever follows from that comes later. */
  keepSole(sole: boolean): void {
    if (sole === this.state.sole) return;
    writeDurable("sole", sole);
    this.state.sole = sole;
  }

  /** Puts on disk whether this node made the group alone. */
  keepAlone(alone: boolean): void {
    if (alone !== this.alone) writeDurable("alone", alone);
    this.alone = alone;
  }

  /** Once another node waits to join, this one is not the only one any more. */
  letIn(peers: readonly NodeState[]): void {
    const isMember = this.state.member?.state === "ONLINE";
    if (isMember && peers.some(({ ready }) => ready)) this.keepSole(false);
  }

  /** Says in the data of what group it is, before it takes part in it. */
  async keepLineage(lineage: Lineage): Promise<void> {
    const isSame = JSON.stringify(lineage) === JSON.stringify(this.state.lineage);
    if (lineage.length === 0 || isSame) return;
    await writeLineage(this.mysql, lineage);
    this.state.lineage = lineage;
  }

  /** The epoch of a group that this node made is known once there is the group. */
  async settleLineage(): Promise<void> {
    const { epoch, lineage, member } = this.state;
    if (!isPending(this.state) || !epoch || member?.role !== "PRIMARY") return;
    await this.keepLineage(settled(lineage, epoch));
  }

  private keepView(view: LastView): void {
    writeDurable("last-view", view);
    this.claims.settle(view, monotonicMs());
    this.state.lastView = view;
    log(5, `view ${view.epoch}:${view.counter}, primary ${view.primary}`);
  }
}

const unseen = { ready: false, member: null, epoch: null, writable: false };
const alone = { state: "ONLINE" as const, role: "PRIMARY" as const };

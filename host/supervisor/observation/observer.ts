import { monotonicMs } from "../../time/monotonic";
import { readLineage, writeLineage } from "../actions/lineage-table";
import { ownView } from "../core/certificate";
import type { Lineage } from "../core/ancestor";
import type { Memory } from "../core/memory";
import { type NodeState, type Remembered, wasMember } from "../core/node-state";
import { log } from "../log";
import { HangingError, Mysql } from "../mysql";
import { type GroupView, noGroup } from "../xcom/slot-filling";
import { Progress } from "./clone-progress";
import { type Room, roomAt } from "./disk-space";
import { Freshness } from "./freshness";
import { type Observation, observe, processOf } from "./mysql-look";
import { readSyncs, syncsSql, SyncTimes } from "./sync-times";

/** Age from which a look says nothing any more, milliseconds. */
const freshMs = 1_500;
/** Time between two looks at the disk's speed, milliseconds. */
const syncsMs = 1_000;
/** A look that takes so long is one at a MySQL that is short of processor time; it is asked no more, milliseconds. */
const lateMs = 500;

/** Who is told what the observer sees. */
export interface ObserverListener {
  /** Called once MySQL answers that was started anew: nothing answers for the former one any more. */
  onRestart: () => void;
}

type Seen = Omit<NodeState, keyof Remembered>;

const links = { connectingTo: [], maybeConnectingTo: [], notReading: [] };
const nothingSeen = {
  ...{ ready: false, member: null, members: [], ...links, gtid: "", groupId: null, founding: 0 },
  ...{ lineage: [], cloneIncomplete: false, writable: false, majority: false },
  ...{ dataAgeMs: 0, diskFull: false, diskSpent: false, commitMs: 0 },
  ...{ asked: {}, waiting: "" },
} satisfies Omit<Seen, "node">;

/** What this node sees of its own MySQL, with what it remembers. */
export class Observer {
  /** True once database and users are there. */
  usersMade = false;
  /** The group as it was last seen. */
  groupView: GroupView = noGroup;
  /** How long commits take. */
  readonly syncs = new SyncTimes();
  /** How far it is on its way into the group. */
  readonly progress = new Progress();
  /** How old its data may be. */
  readonly freshness = new Freshness();
  private seen: Seen;
  /** Version of the MySQL that answered last, such as `9.7.4`; empty: not known. */
  version = "";
  /** False once MySQL has closed the session that it is asked in. */
  lives = false;
  /** When the last look began that was answered. */
  private lookedAt = Number.NEGATIVE_INFINITY;
  /** Session in which MySQL was asked who it is; another one may be with another MySQL. */
  private metInSession = 0;
  /** Process id of the MySQL that answered; empty: not known. */
  private process = "";
  private syncsAt = Number.NEGATIVE_INFINITY;
  private room: Room = { full: false, spent: false };
  constructor(
    node: string,
    /** All database nodes; one of them is no group. */
    private readonly nodes: readonly { name: string; privateIp: string }[],
    private readonly memory: Memory,
    private readonly listener: ObserverListener,
    private readonly mysql = new Mysql(),
  ) {
    this.seen = { node, ...nothingSeen };
  }

  /** What the node says of itself. */
  get state(): NodeState {
    return { ...this.seen, ...this.memory.said };
  }

  /** Notes what something else than MySQL says of the node. */
  note(
    part: Partial<
      Pick<NodeState, "waiting" | "founding" | "connectingTo" | "maybeConnectingTo" | "notReading">
    >,
  ): void {
    this.seen = { ...this.seen, ...part };
  }

  /** False if the last look is so old that MySQL must hang, or there was none. */
  isFresh(): boolean {
    return this.ageMs < freshMs;
  }

  /** How long ago the last look began that was answered, milliseconds; infinite if there was none. */
  get ageMs(): number {
    return monotonicMs() - this.lookedAt;
  }

  /**
   * Looks at MySQL once; a MySQL that does not answer is seen, no error. One that hangs is left as it was
   * seen last: what it is now is not known, and the age of the look says so.
   */
  async look(): Promise<void> {
    this.room = roomAt("/var/lib/mysql", this.room);
    const disk = { diskFull: this.room.full, diskSpent: this.room.spent };
    const grouped = this.nodes.length > 1;
    const nameOf = (address: string) =>
      this.nodes.find(({ privateIp }) => privateIp === address)?.name ?? address;
    const askedMs = monotonicMs();
    try {
      const looked = await observe(this.mysql, grouped, nameOf);
      if (this.mysql.sessions !== this.metInSession) await this.meet(looked.serverUuid);
      if (monotonicMs() - askedMs < lateMs) await this.lookAtSyncs();
      const isOnWay = grouped && looked.member?.state !== "ONLINE";
      if (isOnWay) await this.progress.look(this.mysql, monotonicMs());
      else this.progress.arrive();
      this.freshness.hear({ ...this.state, ...looked }, askedMs);
      this.take(looked, disk, grouped);
      this.lookedAt = askedMs;
      this.lives = true;
    } catch (error) {
      if (error instanceof HangingError) return log(4, error.message);
      this.lives = false;
      this.groupView = noGroup;
      if (this.seen.ready) log(4, `MySQL: ${(error as Error).message}`);
      const gone = { ready: false, member: null, groupId: null, writable: false };
      this.seen = { ...this.seen, ...disk, ...gone };
    }
  }

  /**
   * As the primary of the group that the certificate is of: the view to record, if it is a new one.
   * Nothing is said while a vote for a later group holds.
   */
  viewToRecord() {
    const { certificate, lastView, vote } = this.memory.said;
    const { groupId, node, member } = this.seen;
    if (!this.settledView || !certificate || groupId !== certificate.groupId) return undefined;
    if (member?.role !== "PRIMARY" || (vote?.epoch ?? 0) > certificate.epoch) return undefined;
    const seen = { primary: node, epoch: certificate.epoch, counter: this.settledView.counter };
    return ownView(node, seen, lastView, this.memory.rival);
  }

  /** The last look's view, if its primary is this node and its disk has all that was delivered. */
  private settledView: Observation["view"] = null;

  private take(
    { view, groupView, executed, serverUuid: _, ...seen }: Observation,
    disk: Pick<NodeState, "diskFull" | "diskSpent">,
    grouped: boolean,
  ): void {
    this.groupView = groupView;
    this.settledView = view;
    this.freshness.compare(executed);
    const before = this.seen.member;
    const { cloneIncomplete } = this.progress;
    const { commitMs } = this.syncs;
    const ready = this.usersMade || cloneIncomplete || wasMember(seen.member);
    this.seen = { ...this.seen, ...seen, ...disk, commitMs, cloneIncomplete, ready };
    if (!grouped) this.seen.member = this.usersMade ? onlyNode : null;
    const { member } = this.seen;
    if (before?.state !== member?.state || before?.role !== member?.role) {
      log(5, `member ${member?.state ?? "none"} ${member?.role ?? ""}`);
    }
  }

  /** MySQL answers again: it may be another one, with a copy of another node's data, or with none. */
  private async meet(serverUuid: string): Promise<void> {
    const session = this.mysql.sessions;
    const lineage = await readLineage(this.mysql);
    this.seen = { ...this.seen, lineage };
    const { process, version } = await processOf(this.mysql);
    this.version = version;
    if (this.process !== "" && process !== this.process) {
      this.progress.restart();
      this.listener.onRestart();
    }
    this.process = process;
    if (this.memory.meet(serverUuid)) {
      log(3, "this MySQL has other data than before: what was remembered does not count any more");
    }
    this.metInSession = session;
  }

  private async lookAtSyncs(): Promise<void> {
    if (monotonicMs() - this.syncsAt < syncsMs) return;
    this.syncsAt = monotonicMs();
    this.syncs.take(readSyncs(await this.mysql.query(syncsSql)), monotonicMs());
  }

  /** Says in the data of what group it is, before it takes part in it. */
  async keepLineage(lineage: Lineage): Promise<void> {
    const isSame = JSON.stringify(lineage) === JSON.stringify(this.seen.lineage);
    if (lineage.length === 0 || isSame) return;
    await writeLineage(this.mysql, lineage, this.seen.member?.role === "PRIMARY");
    this.seen.lineage = lineage;
  }
}

const onlyNode = { state: "ONLINE" as const, role: "PRIMARY" as const };

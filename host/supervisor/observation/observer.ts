import { monotonicMs } from "../../time/monotonic";
import { readLineage, writeLineage } from "../actions/lineage-table";
import { ownView } from "../core/certificate";
import type { Lineage } from "../core/ancestor";
import type { Memory } from "../core/memory";
import { type NodeState, type Remembered, wasMember } from "../core/node-state";
import { log } from "../log";
import { TimeoutError, Mysql } from "../mysql";
import { type GroupView, noGroup } from "../xcom/slot-filling";
import { CloneProgress } from "./clone-progress";
import { type DiskSpace, diskSpaceAt } from "./disk-space";
import { Freshness } from "./freshness";
import { type Observation, pollMysql, processOf, SlowPoll } from "./mysql-poll";

/** Age from which a poll is stale, milliseconds. */
const freshMs = 1_500;
/** Duration from which a poll is slow, milliseconds: MySQL lacks processor time and gets no more queries. */
const lateMs = 500;

/** Receiver of the observer's events. */
export interface ObserverListener {
  /** Called once a restarted MySQL answers: queries to the former process will never be answered. */
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

/** What this node observes of its own MySQL, combined with its memory. */
export class Observer {
  /** True once database and users exist. */
  usersExist = false;
  /** Transactions applied, as a GTID set. */
  executed = "";
  /** The group in the last poll. */
  groupView: GroupView = noGroup;
  /** Facts about MySQL that change slowly. */
  readonly slow = new SlowPoll();
  /** Progress of a clone or recovery. */
  readonly progress = new CloneProgress();
  /** Age of this node's data. */
  readonly freshness = new Freshness();
  private seen: Seen;
  /** Version of the last MySQL that answered, such as `9.7.4`; empty: unknown. */
  version = "";
  /** False once MySQL has closed the polling session. */
  isAlive = false;
  /** Start time of the last poll that was answered. */
  private startedAt = Number.NEGATIVE_INFINITY;
  /** Session in which MySQL was last identified; another session may be with another MySQL process. */
  private metInSession = 0;
  /** Process id of the last MySQL that answered; empty: unknown. */
  private process = "";
  private space: DiskSpace = { full: false, spent: false };
  constructor(
    node: string,
    /** All database nodes; a single node is no group. */
    private readonly nodes: readonly { name: string; privateIp: string }[],
    private readonly memory: Memory,
    private readonly listener: ObserverListener,
    private readonly mysql = new Mysql(),
  ) {
    this.seen = { node, list: nodes.map(({ name }) => name), ...nothingSeen };
  }

  /** This node's state, without what proxies report. */
  get state(): NodeState {
    return { ...this.seen, ...this.memory.remembered };
  }

  /** Records facts about the node that do not come from MySQL. */
  note(
    part: Partial<
      Pick<NodeState, "waiting" | "founding" | "connectingTo" | "maybeConnectingTo" | "notReading">
    >,
  ): void {
    this.seen = { ...this.seen, ...part };
  }

  /** False if the last poll is stale, so that MySQL must hang, or if there was none. */
  isFresh(): boolean {
    return this.ageMs < freshMs;
  }

  /** Age of the last answered poll, milliseconds, from its start; infinite if there was none. */
  get ageMs(): number {
    return monotonicMs() - this.startedAt;
  }

  /**
   * Polls MySQL once. A MySQL that is down is an observation, not an error. For a MySQL that hangs the
   * last observation stays; its age tells that it is stale.
   */
  async poll(): Promise<void> {
    this.space = diskSpaceAt("/var/lib/mysql", this.space);
    const disk = { diskFull: this.space.full, diskSpent: this.space.spent };
    const grouped = this.nodes.length > 1;
    const nameOf = (address: string) =>
      this.nodes.find(({ privateIp }) => privateIp === address)?.name ?? address;
    const askedMs = monotonicMs();
    try {
      const polled = await pollMysql(this.mysql, grouped, nameOf);
      if (this.mysql.sessions !== this.metInSession) await this.meet(polled.serverUuid);
      if (monotonicMs() - askedMs < lateMs) await this.slow.poll(this.mysql);
      const isOnWay = grouped && polled.member?.state !== "ONLINE";
      if (isOnWay) await this.progress.poll(this.mysql, monotonicMs());
      else this.progress.reset();
      this.freshness.note({ ...this.state, ...polled }, askedMs);
      this.take(polled, disk, grouped);
      this.startedAt = askedMs;
      this.isAlive = true;
    } catch (error) {
      if (error instanceof TimeoutError) return log(4, error.message);
      this.isAlive = false;
      this.groupView = noGroup;
      if (this.seen.ready) log(4, `MySQL: ${(error as Error).message}`);
      const gone = { ready: false, member: null, groupId: null, writable: false };
      this.seen = { ...this.seen, ...disk, ...gone };
    }
  }

  /**
   * The view to record, if this node is the primary of its certified group and the view is new; else
   * undefined. Undefined also while a vote for a later group holds.
   */
  viewToRecord() {
    const { certificate, lastView, vote } = this.memory.remembered;
    const { groupId, node, member } = this.seen;
    if (!this.settledView || !certificate || groupId !== certificate.groupId) return undefined;
    if (member?.role !== "PRIMARY" || (vote?.epoch ?? 0) > certificate.epoch) return undefined;
    const seen = { primary: node, epoch: certificate.epoch, counter: this.settledView.counter };
    return ownView(node, seen, lastView, this.memory.rival);
  }

  /** View of the last poll, if this node is its primary and has applied everything delivered to it. */
  private settledView: Observation["view"] = null;

  private take(
    { view, groupView, executed, serverUuid: _, ...seen }: Observation,
    disk: Pick<NodeState, "diskFull" | "diskSpent">,
    grouped: boolean,
  ): void {
    this.groupView = groupView;
    this.settledView = view;
    this.freshness.compare(executed);
    this.executed = executed;
    const before = this.seen.member;
    const { cloneIncomplete } = this.progress;
    const { accepted, syncs } = this.slow;
    const facts = { accepted, commitMs: syncs.commitMs, cloneIncomplete };
    const ready = this.usersExist || cloneIncomplete || wasMember(seen.member);
    this.seen = { ...this.seen, ...seen, ...disk, ...facts, ready };
    if (!grouped) this.seen.member = this.usersExist ? onlyNode : null;
    const { member } = this.seen;
    if (before?.state !== member?.state || before?.role !== member?.role) {
      log(5, `member ${member?.state ?? "none"} ${member?.role ?? ""}`);
    }
  }

  /** Identifies MySQL in a new session: it may have restarted, with other data or without data. */
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
    if (this.memory.bindTo(serverUuid)) {
      log(3, "MySQL has other data than before: this node's memory of groups is discarded");
    }
    this.metInSession = session;
  }

  /** Writes the lineage into the data, before this node takes part in the group. */
  async storeLineage(lineage: Lineage): Promise<void> {
    const isSame = JSON.stringify(lineage) === JSON.stringify(this.seen.lineage);
    if (lineage.length === 0 || isSame) return;
    await writeLineage(this.mysql, lineage, this.seen.member?.role === "PRIMARY");
    this.seen.lineage = lineage;
  }
}

const onlyNode = { state: "ONLINE" as const, role: "PRIMARY" as const };

import { setTimeout as delay } from "node:timers/promises";
import { includes } from "../core/gtid";
import type { MemberState } from "../core/node-state";
import { type Mysql, SqlError } from "../mysql";
import { maxSilentMs } from "../policy/late-poll";
import type { GroupView } from "../xcom/slot-filling";
import { monotonicMs } from "../../time/monotonic";
import { marksSql, readMarks } from "../core/passwords";
import { readSyncs, syncsSql, SyncTimes } from "./sync-times";

/** Result of one poll of MySQL. */
export interface Observation {
  member: { state: MemberState; role: "PRIMARY" | "SECONDARY" | "" } | null;
  /** Names of the members of the view, unreachable ones included. */
  members: string[];
  gtid: string;
  /** Transactions applied, as a GTID set. */
  executed: string;
  /** Fixed part of the id of the view that the member is in, or null. */
  groupId: string | null;
  /** UUID of the MySQL server; a clone or new data has another one. */
  serverUuid: string;
  writable: boolean;
  majority: boolean;
  /** Name of the primary of the view, if reachable; else empty. */
  onlinePrimary: string;
  groupView: GroupView;
  /** The view, if this node is ONLINE in it, accepts writes, and has applied everything delivered to it. */
  view: { primary: string; groupId: string; counter: number } | null;
}

const membersSql =
  "SELECT 'member', MEMBER_HOST, MEMBER_STATE, MEMBER_ROLE, MEMBER_ID = @@server_uuid " +
  "FROM performance_schema.replication_group_members";
const viewSql =
  "SELECT 'view', VIEW_ID FROM performance_schema.replication_group_member_stats " +
  "WHERE MEMBER_ID = @@server_uuid";
const receivedSql =
  "SELECT 'received', REPLACE(RECEIVED_TRANSACTION_SET, '\\n', '') " +
  "FROM performance_schema.replication_connection_status WHERE CHANNEL_NAME = 'group_replication_applier'";
const globalsSql =
  "SELECT 'globals', @@GLOBAL.super_read_only, REPLACE(@@GLOBAL.gtid_executed, '\\n', ''), @@server_uuid";

/** Polls MySQL once. Members are reported by address; `nameOf` translates to node names. */
export async function pollMysql(
  mysql: Mysql,
  grouped: boolean,
  nameOf: (address: string) => string,
): Promise<Observation> {
  const parts = grouped ? [globalsSql, membersSql, viewSql, receivedSql] : [globalsSql];
  const rows = await mysql.query(parts.join(";\n"), maxSilentMs);
  const of = (kind: string) => rows.filter(([first]) => first === kind);
  const [globals] = of("globals");
  const members = of("member");
  const self = members.find((row) => row[4] === "1");
  const unreachable = members.filter((row) => row[2] === "UNREACHABLE");
  const member = self
    ? { state: self[2] as MemberState, role: (self[3] ?? "") as "PRIMARY" | "SECONDARY" | "" }
    : null;
  const primary = members.find((row) => row[3] === "PRIMARY");
  const viewId = of("view")[0]?.[1] ?? "";
  const [groupId, counter] = viewId.split(":");
  const [executed, received] = [globals?.[2] ?? "", of("received")[0]?.[1] ?? ""];
  const online = member?.state === "ONLINE" && primary && groupId && counter;
  const settled = globals?.[1] === "0" && includes(executed, received);
  return {
    member,
    members: members.map((row) => nameOf(row[1] ?? "")),
    executed,
    gtid: [executed, received].filter((set) => set !== "").join(","),
    groupId: member?.state === "ONLINE" ? (groupId ?? null) : null,
    serverUuid: globals?.[3] ?? "",
    writable: globals?.[1] === "0",
    majority: !grouped || unreachable.length * 2 < members.length,
    onlinePrimary: primary?.[2] === "ONLINE" ? nameOf(primary[1]!) : "",
    groupView: {
      viewId,
      primary: primary ? nameOf(primary[1]!) : "",
      unreachable: unreachable.map((row) => nameOf(row[1] ?? "")),
    },
    view:
      online && settled
        ? { primary: nameOf(primary[1]!), groupId, counter: Number(counter) }
        : null,
  };
}

/**
 * Version and process id of the answering MySQL; a new process id means that MySQL restarted. `Uptime` is
 * not used, because it follows the wall clock, and a clock step would look like a restart.
 * https://dev.mysql.com/doc/refman/8.4/en/performance-schema-threads-table.html
 */
export async function processOf(mysql: Mysql): Promise<{ process: string; version: string }> {
  const [row] = await mysql.query(
    "SELECT THREAD_OS_ID, VERSION() FROM performance_schema.threads WHERE NAME = 'thread/sql/main'",
  );
  return { process: row?.[0] ?? "", version: row?.[1] ?? "" };
}

/** Pause between two polls, milliseconds. */
const pauseMs = 1_000;

/** Facts about MySQL that change slowly, polled less often than its membership. */
export class SlowPoll {
  /** Sync times of the disk. */
  readonly syncs = new SyncTimes();
  /** Marks of the passwords that MySQL accepts of the user of replication. */
  accepted: readonly string[] = [];
  private polledAt = Number.NEGATIVE_INFINITY;

  /** Polls MySQL, unless the last poll is younger than a second. @throws Error if MySQL does not answer. */
  async poll(mysql: Mysql): Promise<void> {
    if (monotonicMs() - this.polledAt < pauseMs) return;
    this.polledAt = monotonicMs();
    this.syncs.take(readSyncs(await mysql.query(syncsSql)), monotonicMs());
    try {
      this.accepted = readMarks(await mysql.query(marksSql)).replication;
    } catch (error) {
      // In the middle of a clone MySQL answers other queries without the tables of its own.
      if (!(error instanceof SqlError)) throw error;
    }
  }
}

/**
 * Runs one poll at a time. A late poll is awaited, never repeated: a second query would slow down a MySQL
 * that lacks processor time, and MySQL executes an abandoned query all the same.
 */
export class SinglePoll {
  private underWay: Promise<void> | undefined;

  constructor(private readonly poll: () => Promise<void>) {}

  /** True while a poll runs. */
  get isLate(): boolean {
    return this.underWay !== undefined;
  }

  /**
   * Starts a poll unless one runs, and waits for its end, at most `waitMs`: the rest of the loop must not
   * wait for a late MySQL. Returns whether the poll has ended. @throws what the poll throws.
   */
  async next(waitMs: number): Promise<boolean> {
    this.underWay ??= this.poll().finally(() => (this.underWay = undefined));
    const stop = new AbortController();
    const waited = delay(waitMs, false, { signal: stop.signal }).catch(() => false);
    const ended = this.underWay.then(() => true);
    // A poll that failed while nobody awaited it is followed by the next one.
    ended.catch(() => undefined);
    return Promise.race([ended, waited]).finally(() => stop.abort());
  }
}

import { literal } from "../../mysql/literal";
import type { NodeState } from "../core/node-state";
import { log } from "../log";
import type { Mysql } from "../mysql";
import type { FileSystemSizes } from "../observation/disk-space";
import {
  type BinaryLog,
  bytesToFree,
  candidatesOf,
  dispensable,
  holdersOf,
  LogEnds,
  mayCut,
  type OtherNode,
  type BinlogReport,
  blockedReport,
  cutReport,
} from "../policy/binlog-cut";

/** Pause between two checks of the logs, milliseconds: while space is short, and otherwise. */
const pauseMs = { short: 10_000, usual: 60_000 };
/** Pause between two lines of the journal with the same reason, milliseconds, and the most reasons remembered. */
const [sayAgainMs, mostReasons] = [3_600_000, 100];
/** Longest run of a statement, milliseconds. */
const longestMs = 30_000;

/** What the {@link BinlogCutter} depends on. */
export interface BinlogCutterParts {
  /** A session of its own: nothing else waits for its statements. */
  mysql: Mysql;
  isGrouped: boolean;
  self: () => NodeState;
  others: () => readonly OtherNode[];
  /** GTID set of the archive; undefined: unknown; `null`: there are no backups. */
  archived: () => string | undefined | null;
  /** Sizes of the file system of the data. */
  sizes: () => FileSystemSizes;
  nowMs: () => number;
}

/**
 * Deletes the oldest binary logs of this node while its disk is short of space, as far as neither the archive nor
 * another member needs them.
 */
export class BinlogCutter {
  /** The last cut, or why there is none while the disk is short of space. */
  report: BinlogReport | undefined;
  private readonly ends = new LogEnds();
  private checkedMs = Number.NEGATIVE_INFINITY;
  /** When each reason was last in the journal. */
  private readonly saidMs = new Map<string, number>();
  private isBusy = false;

  constructor(private readonly parts: BinlogCutterParts) {}

  /** Checks the disk at intervals, and cuts the logs if space is short. A failure is reported while space is short. */
  async keep(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      const sizes = this.parts.sizes();
      const wanted = bytesToFree(sizes);
      await this.checkLogs(sizes, wanted).catch((error: Error) => {
        if (wanted > 0) this.say(3, blockedReport([], sizes, error.message));
      });
    } catch (error) {
      log(4, `the free space of MySQL's disk is unknown: ${(error as Error).message}`);
    } finally {
      this.isBusy = false;
    }
  }

  private async checkLogs(sizes: FileSystemSizes, wanted: number): Promise<void> {
    const { nowMs, self, isGrouped } = this.parts;
    const pause = wanted > 0 ? pauseMs.short : pauseMs.usual;
    if (nowMs() - this.checkedMs < pause) return;
    this.checkedMs = nowMs();
    // A node outside of the group keeps its logs, and `waiting` says why it is outside.
    const cuts = wanted > 0 && mayCut(self(), isGrouped);
    if (this.report?.isProblem && !cuts) this.report = undefined;
    const logs = await this.logs();
    if (cuts) await this.cut(logs, wanted, sizes);
  }

  private async cut(logs: BinaryLog[], wanted: number, sizes: FileSystemSizes): Promise<void> {
    const { self, others, archived } = this.parts;
    const candidates = candidatesOf(logs, wanted, self().diskFull);
    const following = candidates.logs.map((_, at) => logs[at + 1]!.name);
    const ends = await this.setsBefore(following);
    const holders = holdersOf(self(), others(), archived());
    const { count, stop } = dispensable(candidates, ends, holders);
    if (count > 0) await this.purge(following[count - 1]!);
    const left = count > 0 ? await this.logs() : logs;
    const isCut = left[0]?.name !== logs[0]?.name;
    if (isCut) return this.say(4, cutReport(left, sizes, new Date()));
    const reason = count > 0 ? `${logs[0]!.name} is being read` : stop;
    this.say(3, blockedReport(left, sizes, reason));
  }

  private say(level: 3 | 4, report: BinlogReport): void {
    this.report = report;
    const { reason, text } = report;
    const saidMs = this.saidMs.get(reason) ?? Number.NEGATIVE_INFINITY;
    if (this.parts.nowMs() - saidMs < sayAgainMs) return;
    // The reasons name logs, which come and go.
    if (this.saidMs.size > mostReasons) this.saidMs.clear();
    this.saidMs.set(reason, this.parts.nowMs());
    log(level, text);
  }

  private async purge(to: string): Promise<void> {
    await this.parts.mysql.query(`PURGE BINARY LOGS TO ${literal(to)}`, longestMs);
  }

  private async logs(): Promise<BinaryLog[]> {
    const rows = await this.parts.mysql.query("SHOW BINARY LOGS", longestMs);
    const found = rows.map(([name = "", bytes]) => ({ name, bytes: Number(bytes) }));
    return this.ends.take(found, this.parts.nowMs());
  }

  /** For each log, the GTID set of all transactions before it, which MySQL writes at the log's beginning. */
  private async setsBefore(names: readonly string[]): Promise<string[]> {
    const sets: string[] = [];
    for (const name of names) {
      const sql = `SHOW BINLOG EVENTS IN ${literal(name)} LIMIT 1, 1`;
      sets.push(setOf(name, await this.parts.mysql.query(sql, longestMs)));
    }
    return sets;
  }
}

/** The set of a `Previous_gtids` event. It has a line for each UUID, so that its row comes as several rows. */
function setOf(name: string, [first = [], ...more]: string[][]): string {
  if (first[2] !== "Previous_gtids") {
    throw new Error(
      `the second event of ${name} must be Previous_gtids, got ${first[2] ?? "nothing"}`,
    );
  }
  return [first.slice(5), ...more].flat().join("");
}

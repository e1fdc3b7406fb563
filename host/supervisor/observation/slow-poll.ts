import { monotonicMs } from "../../time/monotonic";
import { marksSql, readMarks } from "../core/passwords";
import { type Mysql, SqlError } from "../mysql";
import { readSyncs, syncsSql, SyncTimes } from "./sync-times";

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

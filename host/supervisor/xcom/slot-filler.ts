import { monotonicMs } from "../../time/monotonic";
import { type ChildProcess, spawn } from "node:child_process";
import { log } from "../log";
import { mysqlLogin } from "../mysql";

/** Sessions that each have one message under way: more than the places to fill. */
const sessions = 30;
/** Messages of each session in one run of the program: for as long as it may run. */
const rounds = 10;
/**
 * Pause of a session before a message, seconds. A third are below a tenth, and half a second is the
 * mean: messages that meet share a place, as those of all sessions do that wait while XCom is busy
 * for a fifth of a second, with a node that it connects to slowly. None of these is delivered before
 * the other places are filled, for which the sessions that still pause have to be enough.
 */
const pause = "2 * POW(RAND(), 3)";
/** Longest run, milliseconds: messages that are not delivered hold it up. */
const longestMs = 5_000;
/** Wait after a run that failed, milliseconds. */
const againMs = 30_000;

/**
 * A transaction that begins after all that was ordered before it sends a message, on every member.
 * https://dev.mysql.com/doc/refman/8.4/en/group-replication-configuring-consistency-guarantees.html
 */
const statements = [
  "SET SESSION group_replication_consistency = 'BEFORE'",
  `DO SLEEP(${pause})`,
  "BEGIN",
  "COMMIT",
];

/** Arguments of `mysqlslap`, which runs the statements in many sessions at once and makes no schema. */
export const slapArguments = [
  // The one schema that each user may enter.
  ...[...mysqlLogin, "--silent", "--no-drop", "--create-schema=information_schema"],
  `--concurrency=${sessions}`,
  `--number-of-queries=${sessions * rounds * statements.length}`,
  ...["--delimiter=;", `--query=${statements.join(";")}`],
];

/** Fills places in the order of the group's messages. */
export class SlotFiller {
  private child: ChildProcess | undefined;
  private notBeforeMs = 0;

  /** Fills while that is wanted; messages that were sent before it ends are still delivered. */
  keep(isWanted: boolean): void {
    if (!isWanted) this.child?.kill("SIGKILL");
    if (!isWanted || this.child || monotonicMs() < this.notBeforeMs) return;
    const child = spawn("/usr/bin/mysqlslap", slapArguments, {
      stdio: ["ignore", "ignore", "pipe"],
      timeout: longestMs,
      killSignal: "SIGKILL",
    });
    this.child = child;
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(0, 300)));
    const end = (failure: string | undefined) => {
      this.child = undefined;
      if (failure === undefined) return;
      this.notBeforeMs = monotonicMs() + againMs;
      log(4, `a change of the group takes effect without help: ${failure}`);
    };
    child.on("error", (error) => end(error.message));
    child.on("close", (status) => end(status === 1 ? said.trim() : undefined));
  }
}

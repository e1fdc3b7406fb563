import { monotonicMs } from "../../time/monotonic";
import { type ChildProcess, spawn } from "node:child_process";
import { log } from "../log";
import { mysqlLogin } from "../mysql";

/** Number of sessions, each with one message under way: more than the slots to fill. */
const sessions = 30;
/** Messages of each session in one run of `mysqlslap`. */
const rounds = 10;
/**
 * Pause of a session before a message, seconds: mean half a second, a third below a tenth. Messages sent
 * at the same time share a slot. That happens when XCom is blocked for a fifth of a second by a slow
 * connect: then all waiting sessions share one. None of those messages is delivered before the other slots
 * are filled, so enough sessions must still be pausing.
 */
const pause = "2 * POW(RAND(), 3)";
/** Longest run, milliseconds: undelivered messages block a run. */
const longestMs = 5_000;
/** Wait after a failed run, milliseconds. */
const againMs = 30_000;

/**
 * Transaction with consistency BEFORE: it sends a message on every member and waits for all messages
 * ordered earlier.
 * https://dev.mysql.com/doc/refman/8.4/en/group-replication-configuring-consistency-guarantees.html
 */
const statements = [
  "SET SESSION group_replication_consistency = 'BEFORE'",
  `DO SLEEP(${pause})`,
  "BEGIN",
  "COMMIT",
];

/** Arguments of `mysqlslap`, which runs the statements in many sessions at once and creates no schema. */
export const slapArguments = [
  // The only schema that every user may use.
  ...[...mysqlLogin, "--silent", "--no-drop", "--create-schema=information_schema"],
  `--concurrency=${sessions}`,
  `--number-of-queries=${sessions * rounds * statements.length}`,
  ...["--delimiter=;", `--query=${statements.join(";")}`],
];

/** Fills slots in XCom's message order by running `mysqlslap`. */
export class SlotFiller {
  private child: ChildProcess | undefined;
  private notBeforeMs = 0;

  /** Starts or stops filling; messages sent before a stop are still delivered. */
  keep(isWanted: boolean): void {
    if (!isWanted) this.child?.kill("SIGKILL");
    if (!isWanted || this.child || monotonicMs() < this.notBeforeMs) return;
    const child = spawn("/usr/bin/mysqlslap", slapArguments, {
      stdio: ["ignore", "ignore", "pipe"],
      timeout: longestMs,
      killSignal: "SIGKILL",
    });
    this.child = child;
    let stderr = "";
    child.stderr.on(
      "data",
      (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(0, 300)),
    );
    const end = (failure: string | undefined) => {
      this.child = undefined;
      if (failure === undefined) return;
      this.notBeforeMs = monotonicMs() + againMs;
      log(
        4,
        `a view change takes effect without filled slots, because mysqlslap failed: ${failure}`,
      );
    };
    child.on("error", (error) => end(error.message));
    child.on("close", (status) => end(status === 1 ? stderr.trim() : undefined));
  }
}

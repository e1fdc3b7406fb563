import { type ChildProcess, spawn } from "node:child_process";
import { say } from "./say";

/**
 * Sessions that each have one message under way. Of those that wait while XCom is busy, for a fifth
 * of a second when it connects to a node that is slow, all messages come to share one place, and none
 * of them is delivered before the other places are filled: the rest have to be enough for these.
 */
const sessions = 60;
/** Messages of each session in one run of the program: for as long as it may run. */
const rounds = 10;
/** Pause of a session after a message, seconds: often short, seldom long. */
const pause = "2 * RAND() * RAND()";
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
  "BEGIN",
  "COMMIT",
  `DO SLEEP(${pause})`,
];

/** Arguments of `mysqlslap`, which runs the statements in many sessions at once and makes no schema. */
export const slapArguments = [
  ...["--no-defaults", "--user=root", "--silent", "--no-drop", "--create-schema=mysql"],
  `--concurrency=${sessions}`,
  `--number-of-queries=${sessions * rounds * statements.length}`,
  ...["--delimiter=;", `--query=${statements.join(";")}`],
];

/** Fills places in the order of the group's messages. */
export class Places {
  private child: ChildProcess | undefined;
  private notBeforeMs = 0;

  /** Fills while that is wanted; messages that were sent before it ends are still delivered. */
  keep(isWanted: boolean): void {
    if (!isWanted) this.child?.kill("SIGKILL");
    if (!isWanted || this.child || Date.now() < this.notBeforeMs) return;
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
      this.notBeforeMs = Date.now() + againMs;
      say(4, `a change of the group takes effect without help: ${failure}`);
    };
    child.on("error", (error) => end(error.message));
    child.on("close", (status) => end(status === 1 ? said.trim() : undefined));
  }
}

import { spawn, type ChildProcess } from "node:child_process";

/** An error that MySQL returned, with its error number. */
export class SqlError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** MySQL did not answer within the timeout. */
export class TimeoutError extends Error {}

interface Query {
  sql: string;
  resolve: (rows: string[][]) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

/** Client errors after which the session is unusable: not connected, gone away, lost, ended. */
const lostConnection = /ERROR (?:2002|2003|2006|2013|2055|4031)\b.*/;
/** Options of every MySQL client program: no option files of the host, and the supervisor's user. */
export const mysqlLogin = ["--no-defaults", "--user=supervisor"];
const endMarker = "--webstack-end--";

/**
 * A session of the `mysql` program over the socket, as the supervisor's user. Statements go in on standard
 * input, so that no password is an argument. One query runs at a time; a session that hangs is killed.
 */
export class Mysql {
  /** Number of sessions so far: all answers of one session come from one MySQL process. */
  sessions = 0;
  private child: ChildProcess | undefined;
  private out = "";
  private errors = "";
  private readonly waiting: Query[] = [];
  private current: Query | undefined;

  /** @param login client options for user and server. @default the supervisor's user */
  constructor(private readonly login: readonly string[] = mysqlLogin) {}

  /**
   * Rows of one or several statements; columns as text. @throws SqlError, or TimeoutError after
   * `timeoutMs`.
   */
  query(sql: string, timeoutMs = 2_000): Promise<string[][]> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.fail(new TimeoutError("MySQL does not answer")),
        timeoutMs,
      );
      timer.unref();
      this.waiting.push({ sql, resolve, reject, timer });
      this.next();
    });
  }

  /**
   * Ends the session; all waiting queries fail. The `mysql` program has been seen to wait for ever for the
   * end of a clone, after which MySQL runs as another process.
   */
  abandon(reason: string): void {
    this.fail(new Error(reason));
  }

  private session(): ChildProcess {
    if (this.child) return this.child;
    const args = [...this.login, "--batch", "--raw", "--unbuffered", "--force"];
    const child = spawn("/usr/bin/mysql", [...args, "--skip-column-names", "--connect-timeout=2"], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    // Output of a program that was abandoned is no answer to a query of the next one.
    const isCurrent = () => this.child === child;
    child.stdout.on("data", (chunk: Buffer) => {
      if (isCurrent()) this.take(chunk.toString());
    });
    child.stderr.on("data", (chunk: Buffer) => {
      if (!isCurrent()) return;
      this.errors += chunk.toString();
      // Without a connection the program goes on and never reaches the end marker.
      const lost = lostConnection.exec(this.errors);
      if (lost) this.fail(new Error(lost[0].trim()));
    });
    child.stdin.on("error", () => undefined);
    child.on("error", (error) => {
      if (isCurrent()) this.fail(error);
    });
    child.on("close", () => {
      if (isCurrent()) this.fail(new Error(this.errors.trim() || "MySQL is not running"));
    });
    this.child = child;
    this.sessions += 1;
    return child;
  }

  private next(): void {
    if (this.current || this.waiting.length === 0) return;
    this.current = this.waiting.shift()!;
    this.out = "";
    this.errors = "";
    this.session().stdin?.write(`${this.current.sql};\nSELECT '${endMarker}';\n`);
  }

  private take(text: string): void {
    this.out += text;
    const query = this.current;
    if (!query || !this.out.includes(`${endMarker}\n`)) return;
    // Errors come on another pipe and were written before the end marker.
    setImmediate(() => this.finish(query));
  }

  private finish(query: Query): void {
    if (this.current !== query) return;
    this.current = undefined;
    clearTimeout(query.timer);
    const error = /ERROR (\d+) \([^)]*\)[^:]*: (.*)/.exec(this.errors);
    const rows = this.out.split("\n").filter((line) => line !== "" && line !== endMarker);
    if (error) query.reject(new SqlError(Number(error[1]), error[2]!));
    else query.resolve(rows.map((line) => line.split("\t")));
    this.next();
  }

  /** Ends the session; all waiting queries fail. */
  private fail(error: Error): void {
    const child = this.child;
    this.child = undefined;
    child?.kill("SIGKILL");
    const failed = [...(this.current ? [this.current] : []), ...this.waiting.splice(0)];
    this.current = undefined;
    for (const { reject, timer } of failed) {
      clearTimeout(timer);
      reject(error);
    }
  }
}

/** Longest run of the statements, milliseconds. */
const longestMs = 15_000;

/** Runs statements on a node that accepts writes, without writing them to the binary log. */
export async function writeUnlogged(mysql: Mysql, statements: readonly string[]): Promise<void> {
  const sql = ["SET SESSION sql_log_bin = 0", ...statements, "SET SESSION sql_log_bin = 1"];
  await mysql.query(sql.join(";\n"), longestMs);
}

/**
 * Runs statements on a node that is in no group, without writing them to the binary log. `super_read_only`
 * is off meanwhile and on again afterwards, also after a failure. `read_only` stays on, so that only users
 * with `CONNECTION_ADMIN` can write; the app has not got it.
 */
export async function writeOutside(mysql: Mysql, statements: readonly string[]): Promise<void> {
  // Setting read_only first turns neither of the two off.
  const open = ["SET GLOBAL read_only = ON", "SET GLOBAL super_read_only = OFF"];
  try {
    await writeUnlogged(mysql, [...open, ...statements]);
  } finally {
    await mysql.query("SET GLOBAL super_read_only = ON", longestMs);
  }
}

import { spawn, type ChildProcess } from "node:child_process";

/** An error that MySQL answered. */
export class SqlError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** MySQL took longer than it may. */
export class HangingError extends Error {}

interface Query {
  sql: string;
  resolve: (rows: string[][]) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

/** Client errors after which a session is of no use: not connected, gone away, lost, ended. */
const lostConnection = /ERROR (?:2002|2003|2006|2013|2055|4031)\b.*/;
/** Options of each MySQL program: nothing of the host's settings, and the supervisor's user. */
export const mysqlLogin = ["--no-defaults", "--user=supervisor"];
const mark = "--webstack-end--";

/**
 * A session of the `mysql` program over the socket, as the supervisor's own user. Statements go in on standard input,
 * so that no password is ever an argument; one at a time; a session that hangs is ended.
 */
export class Mysql {
  /** Sessions that were begun: answers of one session are answers of one life of MySQL. */
  sessions = 0;
  private child: ChildProcess | undefined;
  private out = "";
  private errors = "";
  private readonly waiting: Query[] = [];
  private current: Query | undefined;

  /** @param login options that say as whom, and where. @default the supervisor's user */
  constructor(private readonly login: readonly string[] = mysqlLogin) {}

  /** Rows of one statement or of several; columns as text. @throws SqlError, or Error if it hangs. */
  query(sql: string, timeoutMs = 2_000): Promise<string[][]> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.fail(new HangingError("MySQL does not answer")),
        timeoutMs,
      );
      timer.unref();
      this.waiting.push({ sql, resolve, reject, timer });
      this.next();
    });
  }

  /**
   * Ends the session; everything that waits for it fails. The program has been seen to wait for ever
   * for the end of a copy, after which MySQL is another one.
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
    // What a program says after it was given up is no answer to a query of the next one.
    const whileOpen =
      <Said>(take: (said: Said) => void) =>
      (said: Said) => {
        if (this.child === child) take(said);
      };
    child.stdout.on(
      "data",
      whileOpen((chunk: Buffer) => this.take(chunk.toString())),
    );
    child.stderr.on(
      "data",
      whileOpen((chunk: Buffer) => {
        this.errors += chunk.toString();
        // The program goes on without a connection and would never come to the mark.
        const lost = lostConnection.exec(this.errors);
        if (lost) this.fail(new Error(lost[0].trim()));
      }),
    );
    child.stdin.on("error", () => undefined);
    child.on(
      "error",
      whileOpen((error: Error) => this.fail(error)),
    );
    child.on(
      "close",
      whileOpen(() => this.fail(new Error(this.errors.trim() || "MySQL is not there"))),
    );
    this.child = child;
    this.sessions += 1;
    return child;
  }

  private next(): void {
    if (this.current || this.waiting.length === 0) return;
    this.current = this.waiting.shift()!;
    this.out = "";
    this.errors = "";
    this.session().stdin?.write(`${this.current.sql};\nSELECT '${mark}';\n`);
  }

  private take(text: string): void {
    this.out += text;
    const query = this.current;
    if (!query || !this.out.includes(`${mark}\n`)) return;
    // Errors come on another pipe; they were written before the mark.
    setImmediate(() => this.finish(query));
  }

  private finish(query: Query): void {
    if (this.current !== query) return;
    this.current = undefined;
    clearTimeout(query.timer);
    const error = /ERROR (\d+) \([^)]*\)[^:]*: (.*)/.exec(this.errors);
    const rows = this.out.split("\n").filter((line) => line !== "" && line !== mark);
    if (error) query.reject(new SqlError(Number(error[1]), error[2]!));
    else query.resolve(rows.map((line) => line.split("\t")));
    this.next();
  }

  /** Ends the session; everything that waits for it fails. */
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

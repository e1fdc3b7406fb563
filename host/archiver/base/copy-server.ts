import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Mysql } from "../../supervisor/mysql";
import { monotonicMs } from "../../time/monotonic";

/** Longest start and longest stop of the server on a copy, milliseconds. */
const startMs = 300_000;

const stopMs = 300_000;

/** A MySQL server on a copy of the data only: no network, no binary log, no background tasks of its own. */
export class CopyServer {
  private constructor(
    private readonly child: ChildProcess,
    readonly mysql: Mysql,
    readonly socket: string,
  ) {}

  /**
   * Starts the server and waits until it answers.
   *
   * @param folder data directory; `user`: MySQL account that authenticates this program's system user.
   *
   * @throws Error if the server exits or does not answer in time.
   */
  static async start(folder: string, user: string): Promise<CopyServer> {
    const socket = join(folder, "copy.sock");
    const options = [
      ...["--no-defaults", `--datadir=${folder}`, `--socket=${socket}`, "--skip-networking"],
      ...["--mysqlx=OFF", "--skip-log-bin", "--gtid-mode=ON", "--enforce-gtid-consistency=ON"],
      ...["--event-scheduler=OFF", "--skip-replica-start", "--secure-file-priv=NULL"],
      ...[`--pid-file=${join(folder, "copy.pid")}`, "--innodb-buffer-pool-size=128M"],
      // Their keys would be readable for MySQL's own user only, and a copy needs none.
      ...["--auto-generate-certs=OFF", "--caching-sha2-password-auto-generate-rsa-keys=OFF"],
      // A dump has the hashes of passwords as texts.
      "--print-identified-with-as-hex=ON",
      // Accounts without a password need this plugin; a packaged MySQL loads it by itself.
      "--plugin-load-add=auth_socket.so",
    ];
    const child = spawn("/usr/sbin/mysqld", options, { stdio: ["ignore", "inherit", "inherit"] });
    const mysql = new Mysql(["--no-defaults", `--user=${user}`, `--socket=${socket}`]);
    const server = new CopyServer(child, mysql, socket);
    for (let waited = 0; waited < startMs; waited += 500) {
      if (child.exitCode !== null) throw new Error(`MySQL did not start on the copy in ${folder}`);
      const isUp = await mysql.query("SELECT 1").then(
        () => true,
        () => false,
      );
      if (isUp) return server;
      await delay(500);
    }
    await server.stop();
    throw new Error(`MySQL on the copy in ${folder} did not answer within ${startMs / 1000} s`);
  }

  /** Shuts the server down. @throws Error if it exits with a failure. */
  async stop(): Promise<void> {
    this.mysql.abandon("the server on the copy is shut down");
    if (this.child.exitCode === null) {
      const closed = once(this.child, "close", { signal: AbortSignal.timeout(stopMs) });
      this.child.kill("SIGTERM");
      await closed;
    }
    if (this.child.exitCode !== 0)
      throw new Error(`MySQL on the copy exited with ${this.child.exitCode}`);
  }
}

/** Answers to a query, one row after the other, columns as text. */
type Query = (sql: string) => Promise<string[][]>;

/** Longest time for all tables, milliseconds: the base waits for it. */
const allMs = 2 * 3_600_000;

/** Schemas of MySQL itself; their tables differ between servers with the same data. */
const own = "'mysql', 'sys', 'performance_schema', 'information_schema'";

/**
 * Checksums of all tables of a copy; undefined if they fail or take longer than two hours, which is no reason to have
 * no base.
 *
 * @param query second argument: longest answer, milliseconds.
 * @param say receives the reason for a failure.
 */
export async function sumsOfCopy(
  query: (sql: string, answerMs: number) => Promise<string[][]>,
  say: (reason: string) => void,
): Promise<Record<string, string> | undefined> {
  const end = monotonicMs() + allMs;
  try {
    return await tableSums((sql) => query(sql, Math.max(1, end - monotonicMs())));
  } catch (error) {
    say(`the tables have no checksums: ${(error as Error).message}`);
    return undefined;
  }
}

/**
 * Checksum of each table's rows by `schema.table`, from MySQL's `CHECKSUM TABLE`: decimal digits. Two servers of the same
 * version with the same table definitions have the same checksum for the same rows. Reads all data once.
 *
 * Source: https://dev.mysql.com/doc/refman/9.7/en/checksum-table.html
 */
export async function tableSums(query: Query): Promise<Record<string, string>> {
  const tables = await query(
    "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES " +
      `WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_SCHEMA NOT IN (${own}) ORDER BY 1, 2`,
  );
  const sums: Record<string, string> = {};
  for (const names of tables) {
    const quoted = names.map((name) => `\`${name.replaceAll("`", "``")}\``);
    const [row] = await query(`CHECKSUM TABLE ${quoted.join(".")}`);
    sums[names.join(".")] = row?.[1] ?? "none";
  }
  return sums;
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Mysql } from "../../supervisor/mysql";

/** Longest wait until a copy serves, and until it has ended, milliseconds. */
const startMs = 300_000;
const stopMs = 300_000;

/** A MySQL that runs on a copy alone: no network, no log, nothing of its own accord. */
export class CopyServer {
  private constructor(
    private readonly child: ChildProcess,
    readonly mysql: Mysql,
  ) {}

  /**
   * Starts it and waits until it answers.
   *
   * @param folder data directory; `user`: account that the user of this program is known by.
   * @throws Error if it ends, or does not answer in time.
   */
  static async start(folder: string, user: string): Promise<CopyServer> {
    const socket = join(folder, "copy.sock");
    const options = [
      ...["--no-defaults", `--datadir=${folder}`, `--socket=${socket}`, "--skip-networking"],
      ...["--mysqlx=OFF", "--skip-log-bin", "--gtid-mode=ON", "--enforce-gtid-consistency=ON"],
      ...["--event-scheduler=OFF", "--skip-replica-start", "--secure-file-priv=NULL"],
      ...[`--pid-file=${join(folder, "copy.pid")}`, "--innodb-buffer-pool-size=128M"],
      // Their keys could be read by MySQL's own user alone, and belong to no copy.
      ...["--auto-generate-certs=OFF", "--caching-sha2-password-auto-generate-rsa-keys=OFF"],
      // Accounts without a password need it; a packaged MySQL loads it by itself.
      "--plugin-load-add=auth_socket.so",
    ];
    const child = spawn("/usr/sbin/mysqld", options, { stdio: ["ignore", "inherit", "inherit"] });
    const mysql = new Mysql(["--no-defaults", `--user=${user}`, `--socket=${socket}`]);
    const server = new CopyServer(child, mysql);
    for (let waited = 0; waited < startMs; waited += 500) {
      if (child.exitCode !== null) throw new Error("MySQL does not start on the copy");
      const isUp = await mysql.query("SELECT 1").then(
        () => true,
        () => false,
      );
      if (isUp) return server;
      await delay(500);
    }
    await server.stop();
    throw new Error("MySQL on the copy does not answer");
  }

  /** Ends it cleanly. @throws Error if it does not end well. */
  async stop(): Promise<void> {
    this.mysql.abandon("it ends");
    if (this.child.exitCode === null) {
      const closed = once(this.child, "close", { signal: AbortSignal.timeout(stopMs) });
      this.child.kill("SIGTERM");
      await closed;
    }
    if (this.child.exitCode !== 0) throw new Error("MySQL on the copy did not end well");
  }
}

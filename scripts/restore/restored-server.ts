import { setTimeout as delay } from "node:timers/promises";
import { subtract, isSameSet } from "../../host/archiver/gtid-sets";
import { ApplierWatch, bufferPoolBytes, sampleOf, sampleSql } from "./applier-watch";
import type { Machine } from "./machine";
import { statementBytes } from "./tables/sql";

const errorSql =
  "SELECT LAST_ERROR_MESSAGE FROM performance_schema.replication_applier_status_by_worker WHERE LAST_ERROR_NUMBER <> 0 " +
  "UNION ALL SELECT LAST_ERROR_MESSAGE FROM performance_schema.replication_applier_status_by_coordinator WHERE LAST_ERROR_NUMBER <> 0 LIMIT 1";

/** A MySQL server on restored data, without connections from outside. */
export class RestoredServer {
  constructor(
    private readonly machine: Machine,
    private readonly there: string,
    /** Clock and pause of the looks at the applier; replaced in tests. */
    private readonly time = {
      nowMs: () => performance.now(),
      pause: () => delay(500) as Promise<unknown>,
    },
  ) {}

  private get socket(): string {
    return `${this.there}/mysqld.sock`;
  }

  /** Starts the server. @throws Error with the end of MySQL's log if MySQL does not answer in five minutes. */
  async start(): Promise<void> {
    const { machine, there } = this;
    await machine.run(["chown", "-R", "mysql:mysql", there]);
    const memory = bufferPoolBytes(await machine.run(["cat", "/proc/meminfo"]));
    const options = [
      ...["--no-defaults", "--user=mysql", `--datadir=${there}/data`, `--socket=${this.socket}`],
      ...[`--pid-file=${there}/mysqld.pid`, `--log-error=${there}/mysqld.log`, "--mysqlx=OFF"],
      ...["--skip-networking", "--skip-log-bin", "--gtid-mode=ON", "--event-scheduler=OFF"],
      ...["--enforce-gtid-consistency=ON", "--server-id=4000000002", "--skip-replica-start"],
      ...[`--relay-log=${there}/relay/relay`, `--relay-log-index=${there}/relay/relay.index`],
      ...["--relay-log-recovery=OFF", "--relay-log-purge=OFF", "--secure-file-priv=NULL"],
      // No parallel work: the logical clock of a log begins anew with each source and file. Several workers then
      // run an INSERT before the CREATE TABLE that it needs (tried with 9.7), and 8.4 refuses such a log even with
      // one worker. 9.7 takes 0 for one worker.
      ...["--replica-parallel-workers=0", "--daemonize"],
      ...[`--innodb-buffer-pool-size=${memory}`],
      // The progress of an ALTER TABLE.
      ...["--performance-schema-consumer-events-stages-current=ON"],
      ...["--innodb-flush-log-at-trx-commit=0", "--max-allowed-packet=1G"],
      ...["--replica-max-allowed-packet=1G", "--plugin-load-add=auth_socket.so"],
    ];
    const log = () => machine.run(["tail", "-n", "20", `${there}/mysqld.log`]).catch(() => "");
    await machine.run(["/usr/sbin/mysqld", ...options]).catch(async (error: Error) => {
      throw new Error(`MySQL does not start: ${error.message}\n${await log()}`);
    });
    await this.query("SELECT 1");
  }

  /** Command of a client that runs statements from its standard input. */
  get client(): string[] {
    const words = ["--no-defaults", "--user=root", `--socket=${this.socket}`, "--binary-mode"];
    return ["/usr/bin/mysql", ...words, "--max-allowed-packet=1G"];
  }

  /** Rows of a query; tabs separate the columns. */
  async query(sql: string): Promise<string[]> {
    const form = ["--batch", "--raw", "--skip-column-names"];
    const output = await this.machine.run([...this.client, ...form], sql);
    return output.split("\n").filter((line) => line !== "");
  }

  /** The rows of a table as statements. @throws Error with the output of `mysqldump` if it fails. */
  dump(schema: string, table: string): AsyncIterable<Uint8Array> {
    const rows = ["--no-create-info", "--skip-triggers", "--complete-insert", "--order-by-primary"];
    const form = ["--hex-blob", "--default-character-set=utf8mb4", "--no-tablespaces"];
    const around = ["--skip-add-locks", "--skip-disable-keys", "--set-gtid-purged=OFF"];
    const size = ["--single-transaction", `--net-buffer-length=${statementBytes}`];
    const options = [...rows, ...form, ...around, ...size, "--max-allowed-packet=1G"];
    return this.mysqldump([...options, "--", schema, table]);
  }

  /** Output of `mysqldump` with these words. @throws Error with its message if it fails. */
  mysqldump(words: readonly string[]): AsyncIterable<Uint8Array> {
    const login = ["--no-defaults", "--user=root", `--socket=${this.socket}`];
    return this.machine.stream(["/usr/bin/mysqldump", ...login, ...words]);
  }

  /**
   * Lets the replica's applier run the relay logs to their end.
   *
   * @param wanted GTID set at the end.
   * @param say takes a line each minute about a transaction that takes long.
   * @throws Error if the applier stops, does nothing for ten minutes, or ends with another GTID set.
   */
  async replay(wanted: string, say: (line: string) => void): Promise<void> {
    await this.query(
      "CHANGE REPLICATION SOURCE TO SOURCE_HOST = 'archive', RELAY_LOG_FILE = 'relay.000001', RELAY_LOG_POS = 4; " +
        "START REPLICA SQL_THREAD;",
    );
    const { machine, there, time } = this;
    const pid = (await machine.run(["cat", `${there}/mysqld.pid`])).trim();
    const watch = new ApplierWatch();
    let executed: string;
    for (; ; await time.pause()) {
      const [row = ""] = await this.query(sampleSql);
      const sample = sampleOf(row, await machine.run(["cat", `/proc/${pid}/stat`]), time.nowMs());
      executed = sample.gtids;
      const lacking = subtract(wanted, executed);
      if (lacking === "") break;
      const [error] = await this.query(errorSql);
      if (error) throw new Error(`the applier stopped: ${error}`);
      if (!sample.isRunning)
        throw new Error(`the applier stopped without an error; it lacks ${lacking}`);
      try {
        const line = watch.look(sample);
        if (line !== undefined) say(line);
      } catch (error) {
        throw new Error(`${(error as Error).message}; it lacks ${lacking}`, { cause: error });
      }
    }
    await this.query("STOP REPLICA; RESET REPLICA ALL;");
    if (!isSameSet(executed, wanted))
      throw new Error(`${subtract(executed, wanted)} was applied besides`);
  }

  async stop(): Promise<void> {
    await this.query("SHUTDOWN");
    for (let i = 0; i < 600; i += 1) {
      const isUp = await this.machine.run(["test", "-e", `${this.there}/mysqld.pid`]).then(
        () => true,
        () => false,
      );
      if (!isUp) return;
      await delay(500);
    }
    throw new Error("MySQL does not end");
  }
}

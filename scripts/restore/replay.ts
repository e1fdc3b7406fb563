import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { minus, same, union } from "../../host/archiver/gtid-sets";
import { type Link, sha256 } from "../../host/archiver/chain/manifest";
import type { ObjectStore } from "../../host/archiver/store/object-store";
import { cutAt } from "./cut";
import type { Machine } from "./machine";
import type { Plan } from "./plan";
import { relayLog } from "./relay-log";
import type { Target } from "./target";

/** What a restore works with. */
export interface Restore {
  store: ObjectStore;
  root: string;
  machine: Machine;
  /** Folder for data and logs, as this process sees it. */
  here: string;
  /** The same folder as the machine sees it. */
  there: string;
  /** File with the identity of age, as the machine sees it. */
  identity: string;
  say: (line: string) => void;
}

/** What was restored. */
export interface Restored {
  /** GTID set that the database has. */
  gtids: string;
  transactions: number;
  /** Commit of the last transaction, microseconds since 1970; 0: the base alone. */
  lastUs: number;
}

/** Longest time without progress of the applier, milliseconds. */
const stuckMs = 600_000;

/** Fetches and unpacks the base. @throws Error if a part is not the one that was put. */
export async function fetchBase(restore: Restore, { base }: Plan): Promise<void> {
  const { store, root, machine, there, identity } = restore;
  async function* parts(): AsyncGenerator<Uint8Array> {
    for (const { key, sha256: sum } of base.parts) {
      const content = await store.get(`${root}/${key}`);
      if (!content) throw new Error(`${key} is not there`);
      if (sha256(content) !== sum) throw new Error(`${key} is not what was put there`);
      yield content;
    }
  }
  await machine.run(["mkdir", "-p", `${there}/data`, `${there}/relay`]);
  const unpack = `set -o pipefail; age -d -i '${identity}' | zstd -d -q | tar -x -C '${there}/data'`;
  await machine.feed(["bash", "-c", unpack], parts());
}

/**
 * Fetches the segments and writes them as relay logs, the last one cut at the target.
 *
 * @throws Error if one is not the one that was put.
 */
export async function fetchLogs(
  restore: Restore,
  { base, links }: Plan,
  target: Target,
): Promise<Restored> {
  let gtids = base.gtids;
  let [transactions, lastUs] = [0, 0];
  const files: string[] = [];
  for (const link of links) {
    const name = `relay.${String(files.length + 1).padStart(6, "0")}`;
    const plain = `segment.${files.length + 1}`;
    await unseal(restore, link, plain);
    const segment = readFileSync(join(restore.here, "relay", plain));
    rmSync(join(restore.here, "relay", plain));
    const cut = cutAt(segment, target, gtids);
    if (!isWhole(link, cut.gtids) && target.kind === "latest") {
      throw new Error(`the segment of link ${link.number} does not have what the link says`);
    }
    const before = minus(gtids, base.gtids);
    writeFileSync(
      join(restore.here, "relay", name),
      relayLog(segment.subarray(0, cut.bytes), before),
    );
    files.push(`${restore.there}/relay/${name}`);
    gtids = union(gtids, cut.gtids);
    transactions += cut.count;
    lastUs = Math.max(lastUs, cut.lastUs);
    if (!isWhole(link, cut.gtids)) break;
  }
  const index = join(restore.here, "relay", "relay.index");
  writeFileSync(index, files.map((file) => `${file}\n`).join(""));
  return { gtids, transactions, lastUs };
}

function isWhole({ segment }: Link, gtids: string): boolean {
  return same(segment!.gtids, gtids);
}

async function unseal(restore: Restore, { number, segment }: Link, name: string): Promise<void> {
  const { store, root, machine, there, identity } = restore;
  const content = await store.get(`${root}/${segment!.key}`);
  if (!content) throw new Error(`the segment of link ${number} is not there`);
  if (sha256(content) !== segment!.sha256) {
    throw new Error(`the segment of link ${number} is not what was put there`);
  }
  const open = `set -o pipefail; age -d -i '${identity}' | zstd -d -q > '${there}/relay/${name}'`;
  async function* once() {
    yield content!;
  }
  await machine.feed(["bash", "-c", open], once());
}

/** A MySQL on restored data, which nobody else reaches. */
export class RestoredServer {
  constructor(
    private readonly machine: Machine,
    private readonly there: string,
  ) {}

  private get socket(): string {
    return `${this.there}/mysqld.sock`;
  }

  /** Starts it. @throws Error with the tail of its log if it does not answer in five minutes. */
  async start(): Promise<void> {
    const { machine, there } = this;
    await machine.run(["chown", "-R", "mysql:mysql", there]);
    const options = [
      ...["--no-defaults", "--user=mysql", `--datadir=${there}/data`, `--socket=${this.socket}`],
      ...[`--pid-file=${there}/mysqld.pid`, `--log-error=${there}/mysqld.log`, "--mysqlx=OFF"],
      ...["--skip-networking", "--skip-log-bin", "--gtid-mode=ON", "--event-scheduler=OFF"],
      ...["--enforce-gtid-consistency=ON", "--server-id=4000000002", "--skip-replica-start"],
      ...[`--relay-log=${there}/relay/relay`, `--relay-log-index=${there}/relay/relay.index`],
      ...["--relay-log-recovery=OFF", "--relay-log-purge=OFF", "--secure-file-priv=NULL"],
      // One worker: the logical clock of a log begins anew with each source and file, and several
      // workers then run an INSERT before the CREATE TABLE that it needs (seen with 9.7).
      ...["--replica-parallel-workers=1", "--daemonize"],
      ...["--innodb-flush-log-at-trx-commit=0", "--max-allowed-packet=1G"],
      ...["--replica-max-allowed-packet=1G", "--plugin-load-add=auth_socket.so"],
    ];
    const log = () => machine.run(["tail", "-n", "20", `${there}/mysqld.log`]).catch(() => "");
    await machine.run(["/usr/sbin/mysqld", ...options]).catch(async (error: Error) => {
      throw new Error(`MySQL does not start: ${error.message}\n${await log()}`);
    });
    await this.query("SELECT 1");
  }

  /** Rows of a query; columns separated by tabs. */
  async query(sql: string): Promise<string[]> {
    const words = ["--no-defaults", "--user=root", `--socket=${this.socket}`];
    const form = ["--batch", "--raw", "--skip-column-names", "--binary-mode"];
    const said = await this.machine.run(["/usr/bin/mysql", ...words, ...form], sql);
    return said.split("\n").filter((line) => line !== "");
  }

  /**
   * Lets the replica's applier run the relay logs to their end.
   *
   * @throws Error if it stops, or if it ends with other transactions than these.
   */
  async replay(wanted: string): Promise<void> {
    await this.query(
      "CHANGE REPLICATION SOURCE TO SOURCE_HOST = 'archive', RELAY_LOG_FILE = 'relay.000001', RELAY_LOG_POS = 4; " +
        "START REPLICA SQL_THREAD;",
    );
    let executed = "";
    for (let idleMs = 0; ; idleMs += 500) {
      const now = (await this.query("SELECT REPLACE(@@GLOBAL.gtid_executed, '\\n', '')"))[0] ?? "";
      if (now !== executed) idleMs = 0;
      executed = now;
      if (minus(wanted, executed) === "") break;
      const [error] = await this.query(
        "SELECT LAST_ERROR_MESSAGE FROM performance_schema.replication_applier_status_by_worker WHERE LAST_ERROR_NUMBER <> 0 " +
          "UNION ALL SELECT LAST_ERROR_MESSAGE FROM performance_schema.replication_applier_status_by_coordinator WHERE LAST_ERROR_NUMBER <> 0 LIMIT 1",
      );
      if (error) throw new Error(`the applier stopped: ${error}`);
      if (idleMs > stuckMs)
        throw new Error(`the applier does not get on; it lacks ${minus(wanted, executed)}`);
      await delay(500);
    }
    await this.query("STOP REPLICA; RESET REPLICA ALL;");
    if (!same(executed, wanted)) throw new Error(`${minus(executed, wanted)} was applied besides`);
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

/** Makes the folders of a restore. */
export function prepare(here: string): void {
  for (const name of ["data", "relay"]) mkdirSync(join(here, name), { recursive: true });
}

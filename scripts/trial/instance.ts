import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, openSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { mysqlInitSql } from "../../services/mysql/mysql-init-sql";
import { PrefixMachine } from "../restore/machine";
import type { Primary } from "../restore/replace/exchange";

/** UUID of the trial's group. */
const groupName = "5d4a0f5e-6a5e-4d0c-9f6a-0c1d5f3e9b11";
export const mysqlIds = idsOf("mysql");

/** Ids of a system user. */
export function idsOf(user: string): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync("id", [flag, user], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

/** A MySQL of the trial with its folder, on an address of its own. */
export class Instance implements Primary {
  readonly name: string;
  readonly address: string;
  readonly folder: string;
  readonly socket: string;
  child: ChildProcess | undefined;
  private isFrozen = false;

  constructor(
    readonly number: number,
    private readonly count: number,
  ) {
    this.name = `db-${number}`;
    this.address = `10.77.0.1${number}`;
    this.folder = `/trial/${this.name}`;
    this.socket = `${this.folder}/mysqld.sock`;
  }

  /** Makes an empty database. */
  initialize(): void {
    mkdirSync(this.folder, { recursive: true });
    // Group Replication wants the address of an interface; its port is taken on all of them.
    execFileSync("ip", ["address", "add", `${this.address}/32`, "dev", "lo"]);
    writeFileSync(`${this.folder}/init.sql`, mysqlInitSql(true));
    execFileSync("chown", ["-R", "mysql:mysql", this.folder]);
    const options = ["--no-defaults", `--datadir=${this.folder}/data`, "--user=mysql"];
    execFileSync("/usr/sbin/mysqld", [...options, "--initialize-insecure"], { stdio: "ignore" });
  }

  /** Starts it and waits until it answers. */
  async start(): Promise<void> {
    const log = openSync(`${this.folder}/log`, "a");
    const group = [
      ...["--plugin-load-add=group_replication.so", `--report-host=${this.address}`],
      ...[`--loose-group-replication-group-name=${groupName}`, "--super-read-only=ON"],
      ...["--loose-group-replication-start-on-boot=OFF", "--event-scheduler=OFF"],
      `--loose-group-replication-local-address=${this.address}:${33_060 + this.number}`,
      "--loose-group-replication-group-seeds=10.77.0.11:33061,10.77.0.12:33062,10.77.0.13:33063",
      "--loose-group-replication-recovery-get-public-key=ON",
      "--loose-group-replication-member-expel-timeout=0",
      "--loose-group-replication-exit-state-action=OFFLINE_MODE",
    ];
    const options = [
      ...["--no-defaults", `--datadir=${this.folder}/data`, `--socket=${this.socket}`],
      ...[`--pid-file=${this.folder}/pid`, `--bind-address=${this.address}`, "--mysqlx=OFF"],
      ...[`--server-id=${this.number}`, "--gtid-mode=ON", "--enforce-gtid-consistency=ON"],
      ...[`--init-file=${this.folder}/init.sql`, "--plugin-load-add=mysql_clone.so"],
      ...["--plugin-load-add=auth_socket.so", "--innodb-buffer-pool-size=128M"],
      ...["--max-binlog-size=8M", "--secure-file-priv=NULL", "--max-allowed-packet=1G"],
      ...["--skip-name-resolve=ON", ...(this.count > 1 ? group : [])],
    ];
    const child = spawn("/usr/sbin/mysqld", options, {
      ...mysqlIds,
      stdio: ["ignore", log, log],
    });
    this.child = child;
    for (let i = 0; i < 240; i += 1) {
      if (child.exitCode !== null) throw new Error(`${this.name} ended; see ${this.folder}/log`);
      try {
        this.sql("SELECT 1");
        return;
      } catch {
        await delay(500);
      }
    }
    throw new Error(`${this.name} does not answer`);
  }

  /** Ends the process at once, as a loss of power would. */
  async kill(): Promise<void> {
    const { child } = this;
    if (child && child.exitCode === null && child.signalCode === null) {
      const closed = once(child, "close");
      child.kill("SIGKILL");
      await closed;
    }
    this.isFrozen = false;
  }

  /** False if it was never started, has ended, or is frozen. */
  get isRunning(): boolean {
    const { child } = this;
    return child?.exitCode === null && child.signalCode === null && !this.isFrozen;
  }

  freeze(): void {
    this.isFrozen = true;
    this.child?.kill("SIGSTOP");
  }

  /** Rows of statements as root; columns separated by tabs. */
  sql(text: string): string[] {
    const words = ["--no-defaults", "--user=root", `--socket=${this.socket}`, "--binary-mode"];
    const output = execFileSync("/usr/bin/mysql", [...words, "-BNr"], {
      input: text,
      encoding: "utf8",
      maxBuffer: 1 << 30,
      stdio: ["pipe", "pipe", "pipe"],
    });
    return output.split("\n").filter((line) => line !== "");
  }

  /** Runs statements as root without blocking this process. @throws Error after 20 s. */
  async run(text: string): Promise<void> {
    const words = [...this.login("mysql"), "--binary-mode"];
    const child = execFile(words[0]!, words.slice(1), { timeout: 20_000, killSignal: "SIGKILL" });
    child.stdin!.on("error", () => undefined).end(text);
    let output = "";
    child.stderr!.on("data", (chunk: string) => (output += chunk));
    const [status] = (await once(child, "close")) as [number | null];
    if (status !== 0) throw new Error(output.trim() || "no answer within 20 s");
  }

  async query(sql: string): Promise<string[]> {
    return this.sql(sql);
  }

  async load(schema: string, statements: AsyncIterable<Uint8Array>): Promise<void> {
    const words = [...this.login("mysql"), "--binary-mode", "--max-allowed-packet=1G"];
    await new PrefixMachine([]).feed([...words, "--", schema], statements);
  }

  mysqldump(words: readonly string[]): AsyncIterable<Uint8Array> {
    return new PrefixMachine([]).stream([...this.login("mysqldump"), ...words]);
  }

  private login(program: string): string[] {
    return [`/usr/bin/${program}`, "--no-defaults", "--user=root", `--socket=${this.socket}`];
  }

  /** Makes the group, or joins it. */
  async join(): Promise<void> {
    const login =
      "CHANGE REPLICATION SOURCE TO SOURCE_USER = 'repl', SOURCE_PASSWORD = 'trial' FOR CHANNEL 'group_replication_recovery'";
    const user = [
      "SET sql_log_bin = 0",
      "SET GLOBAL super_read_only = OFF",
      "CREATE USER IF NOT EXISTS repl@'%' IDENTIFIED BY 'trial'",
      "GRANT REPLICATION SLAVE, CONNECTION_ADMIN, BACKUP_ADMIN, GROUP_REPLICATION_STREAM ON *.* TO repl@'%'",
      "SET GLOBAL super_read_only = ON",
      login,
    ];
    const first = this.number === 1;
    const founding = (value: string) =>
      first ? [`SET GLOBAL group_replication_bootstrap_group = ${value}`] : [];
    this.sql(
      [...user, ...founding("ON"), "START GROUP_REPLICATION", ...founding("OFF")].join(";\n"),
    );
    await until(`${this.name} ONLINE`, () => this.state() === "ONLINE");
  }

  /** Comes back into the group. */
  async rejoin(): Promise<void> {
    this.sql("START GROUP_REPLICATION");
    await until(`${this.name} ONLINE`, () => this.state() === "ONLINE");
  }

  private state(): string | undefined {
    return this.sql(
      "SELECT MEMBER_STATE FROM performance_schema.replication_group_members WHERE MEMBER_ID = @@server_uuid",
    )[0];
  }
}

/** Waits until something holds. @throws Error after the deadline, with the last failure. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  seconds = 120,
): Promise<void> {
  let last = "";
  for (let i = 0; i < seconds * 2; i += 1) {
    try {
      if (await holds()) return;
    } catch (error) {
      last = (error as Error).message;
    }
    await delay(500);
  }
  throw new Error(`waited ${seconds} s for ${what}${last ? `; last: ${last}` : ""}`);
}

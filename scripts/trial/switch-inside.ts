import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { PlannedSwitch } from "../../host/supervisor/actions/planned-switch";
import type { NodeState } from "../../host/supervisor/core/node-state";
import { Mysql } from "../../host/supervisor/mysql";
import { CheckClients } from "../../host/supervisor/observation/check-clients";
import { serveChecks } from "../../host/supervisor/wire/checks-server";
import { monotonicMs } from "../../host/time/monotonic";
import { databaseProxy } from "../../services/database-proxy/service";
import { endTrial, failTrial, recordFinding } from "./findings";
import { Instance, until } from "./instance";
import { ordinaryClients } from "./switch-clients";

/** Pause between two looks at a member, milliseconds; as the supervisor's. */
const lookMs = 100;

/** Lets root, who runs the trial, log in as the supervisor, with the supervisor's privileges alone. */
const supervisorLogin = [
  ...["SET sql_log_bin = 0", "SET GLOBAL super_read_only = OFF"],
  "ALTER USER supervisor@localhost IDENTIFIED WITH auth_socket AS 'root'",
  "SET GLOBAL super_read_only = ON",
].join("; ");

/** What stands for a supervisor: the real answers to the proxies and the real switch, without the safety core. */
class Member {
  state: NodeState | undefined;
  readonly askers = new CheckClients([], monotonicMs());
  readonly planned: PlannedSwitch;
  /** Nodes have no address while this is set, so that MySQL refuses the switch. */
  isLost = false;
  private readonly login: string[];
  private readonly mysql: Mysql;

  constructor(
    readonly instance: Instance,
    private readonly all: () => readonly Member[],
  ) {
    this.login = ["--no-defaults", "--user=supervisor", `--socket=${instance.socket}`];
    this.mysql = new Mysql(this.login);
    const { askers } = this;
    this.planned = new PlannedSwitch({
      session: () => new Mysql(this.login),
      self: () => this.state,
      peers: () => all().flatMap((one) => (one === this ? [] : (one.state ?? []))),
      addressOf: (name) =>
        this.isLost ? "" : all().find((one) => one.instance.name === name)!.instance.address,
      allAskedSince: (sinceMs) => askers.haveAskedSince(sinceMs, monotonicMs()),
      nowMs: monotonicMs,
    });
    serveChecks({
      ...{ address: instance.address, port: 9200 },
      isPrimary: () => this.isPrimary(),
      isLeaving: () => this.planned.isAnnounced(),
      isReplica: () => !this.isPrimary(),
      onAsked: (address, names) => askers.onCheck(address, names, monotonicMs()),
    });
    void this.look();
  }

  isPrimary(): boolean {
    return this.state?.member?.role === "PRIMARY" && this.state.writable;
  }

  private async look(): Promise<void> {
    const sql =
      "SELECT MEMBER_STATE, MEMBER_ROLE, @@super_read_only FROM performance_schema.replication_group_members WHERE MEMBER_ID = @@server_uuid";
    const rows = await this.mysql.query(sql).catch(() => []);
    const [state, role, readOnly] = rows[0] ?? [];
    const common = { node: this.instance.name, ready: true, majority: true, diskFull: false };
    const members = this.all().map((one) => one.instance.name);
    const member = { state, role };
    this.state = { ...common, members, member, writable: readOnly === "0" } as unknown as NodeState;
    setTimeout(() => void this.look(), lookMs);
  }
}

/** Starts HAProxy with the configuration of an app node; `before`: without what lets sessions wait. */
function startProxy(members: readonly Member[], before: boolean): void {
  const databases = members.map(({ instance: { name, address } }) => ({
    name,
    privateIp: address,
  }));
  const { files = {} } = databaseProxy.part({
    databases,
    databaseSlots: databases,
    peers: [],
    processes: 1,
  });
  for (const [path, { content }] of Object.entries(files)) {
    if (!path.startsWith("/etc/haproxy/")) continue;
    const isNew = /lua|inspect-delay|disable-on-404/;
    const lines = content.split("\n").filter((line) => !before || !isNew.test(line));
    writeFileSync(path, lines.join("\n"));
  }
  mkdirSync("/run/haproxy", { recursive: true });
  spawn("/usr/sbin/haproxy", ["-db", "-f", "/etc/haproxy/haproxy.cfg"], { stdio: "ignore" });
}

/** A switch that MySQL refuses: the primary stays, and takes new sessions again. */
async function failedSwitch(primary: Member): Promise<void> {
  primary.isLost = true;
  const { status } = await primary.planned.request(undefined);
  primary.isLost = false;
  recordFinding("a switch that MySQL refuses fails", status === 502 && primary.isPrimary());
  await delay(2_000);
}

/** Runs in a container of the host image: `switch-inside.js COUNT [before]`. */
const [count, before] = [Number(process.argv[2]), process.argv[3] === "before"];

async function main(): Promise<void> {
  const instances = [1, 2, 3].map((number) => new Instance(number, 3));
  for (const instance of instances) {
    instance.initialize();
    await instance.start();
    instance.sql(supervisorLogin);
    await instance.join();
  }
  instances[0]!.sql(
    "CREATE DATABASE app; CREATE TABLE app.t (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, v INT); CREATE USER app@'%' IDENTIFIED BY 'trial'; GRANT ALL ON app.* TO app@'%'",
  );
  const members: Member[] = [];
  for (const instance of instances) members.push(new Member(instance, () => members));
  await delay(1_000);
  startProxy(members, before);
  const clients = ordinaryClients();
  await delay(5_000);
  clients.forget();
  if (!before) {
    await failedSwitch(members.find((one) => one.isPrimary())!);
    console.log(`failed switch: ${clients.report()}`);
    clients.forget();
  }
  for (let turn = 0; turn < count; turn += 1) {
    const old = members.find((one) => one.isPrimary())!;
    const heir = members[(members.indexOf(old) + 1) % 3]!;
    const sinceMs = monotonicMs();
    if (before) {
      const member = `(SELECT MEMBER_ID FROM performance_schema.replication_group_members WHERE MEMBER_HOST = '${heir.instance.address}')`;
      await heir.instance.run(`SET @to = ${member}; SELECT group_replication_set_as_primary(@to)`);
    } else {
      const { status, body } = await old.planned.request({ to: heir.instance.name });
      if (status !== 200) throw new Error(JSON.stringify(body));
    }
    const tookMs = monotonicMs() - sinceMs;
    await until("the heir serves", () => heir.isPrimary(), 10);
    await delay(3_000);
    console.log(`switch ${turn + 1}: ${tookMs} ms; ${clients.report()}`);
  }
  for (const { name, done, failures, longestMs } of await clients.end()) {
    const seen = `${done} writes, longest ${longestMs} ms; ${failures.length} failed ${[...new Set(failures)].join(", ")}`;
    // A statement may be under way just when its session is ended.
    recordFinding(`practically no write of ${name} fails`, failures.length * 5 <= count, seen);
  }
  endTrial();
}

main().catch((error: Error) => failTrial(error, "/trial/db-*/log"));

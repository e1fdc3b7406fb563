import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sendCommand } from "../../host/haproxy/commands";
import { serversIn } from "../../rolling/neighbours";
import { freePort } from "../../scripts/hostless/memory-cloud";
import { databasesList, databasesListPath, slotsPath } from "../../services/database-proxy/slots";
import { waitPath } from "../../services/database-proxy/wait-lua";
import { plan } from "../support/tier-args";
import { FakeDatabase } from "./fake-database";
import { appNode, contentOf } from "./rendered";

const haproxy = process.env.HAPROXY ?? "haproxy";
const missing = spawnSync(haproxy, ["-v"]).status !== 0;

/** The rendered proxy, moved to addresses, ports and a directory that are free here. */
describe.skipIf(missing)("the list of the databases, by HAProxy itself", () => {
  let folder: string;
  let socket: string;
  let list: string;
  let ports: { checks: number; sessions: number; write: number; read: number };
  let stop: () => void;
  const databases = new Map<string, FakeDatabase>();
  const open: Socket[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "databases-"));
    [socket, list] = [join(folder, "admin.sock"), join(folder, "databases.list")];
    const free = [await freePort(), await freePort(), await freePort(), await freePort()] as const;
    const [checks, sessions, write, read] = free;
    ports = { checks, sessions, write, read };
    const moves: [RegExp | string, string][] = [
      [/^ *(user|group) haproxy$/gm, ""],
      [/^ *log \/dev\/log local0$/gm, ""],
      ["/run/haproxy/admin.sock", socket],
      ["maxconn 4000", "maxconn 100"],
      ["bind 127.0.0.1:3306", `bind 127.0.0.1:${write}`],
      ["bind 127.0.0.1:3307", `bind 127.0.0.1:${read}`],
      ["bind 127.0.0.1:8404", `bind ${join(folder, "status.sock")}`],
      [/10\.0\.4\.(\d+):3306/g, `127.10.4.$1:${sessions}`],
      ["check port 9200", `check port ${checks}`],
      [waitPath, join(folder, "wait.lua")],
      [slotsPath, join(folder, "slots.lua")],
      [databasesListPath, list],
    ];
    const moved = (path: string) =>
      moves.reduce((all, [from, to]) => all.replaceAll(from, to), contentOf(appNode(), path));
    writeFileSync(join(folder, "haproxy.cfg"), moved("/etc/haproxy/haproxy.cfg"));
    writeFileSync(join(folder, "wait.lua"), moved(waitPath));
    writeFileSync(join(folder, "slots.lua"), moved(slotsPath));
    for (const name of ["db-1", "db-2", "db-3"]) start(name);
    Object.assign(databases.get("db-1")!, { isPrimary: true, isReplica: false });
    use(3);
    const running = spawn(haproxy, ["-f", join(folder, "haproxy.cfg")], { stdio: "ignore" });
    stop = () => running.kill("SIGKILL");
    await until(async () => (await states("primary")).length === 9);
  });

  afterEach(() => {
    stop();
    for (const one of open.splice(0)) one.destroy();
    for (const one of databases.values()) one.close();
    databases.clear();
    rmSync(folder, { recursive: true });
  });

  function start(name: string): FakeDatabase {
    const address = `127.10.4.${10 + Number(name.slice(3))}`;
    const database = new FakeDatabase(name, address, ports);
    databases.set(name, database);
    return database;
  }

  /** Puts the first nodes into the list. */
  function use(count: number): void {
    writeFileSync(list, databasesList(plan.databaseSlots.slice(0, count)));
  }

  /** State of each server of a backend, in order, without the number of checks. */
  async function states(backend: string): Promise<string[]> {
    const csv = await sendCommand(socket, "show stat -1 4 -1").catch(() => "");
    const rows = csv.split("\n").map((row) => row.split(","));
    return rows.filter(([name]) => name === backend).map((row) => row[17]!.replace(/ .*/, ""));
  }

  /** The node that a new session reaches; `closed` if it is refused. */
  function session(port: number): Promise<{ name: string; socket: Socket }> {
    const socket = connect(port, "127.0.0.1");
    open.push(socket);
    return new Promise((resolve) => {
      socket.on("error", () => undefined);
      socket.once("data", (data) => resolve({ name: String(data), socket }));
      socket.once("close", () => resolve({ name: "closed", socket }));
    });
  }

  async function reached(port: number, count: number): Promise<string[]> {
    const all = await Promise.all(Array.from({ length: count }, () => session(port)));
    for (const one of all) one.socket.destroy();
    return [...new Set(all.map(({ name }) => name))].sort();
  }

  async function until(is: () => Promise<boolean> | boolean): Promise<void> {
    const end = Date.now() + 8_000;
    while (!(await is())) {
      if (Date.now() > end) {
        throw new Error(
          `not so: ${JSON.stringify([await states("primary"), await states("replicas")])}`,
        );
      }
      await pause(20);
    }
  }

  /** Waits until HAProxy, which checks a replica twelve times a second, has read the list once more. */
  async function listIsRead(): Promise<void> {
    const replica = databases.get("db-2")!;
    const before = replica.checks;
    await until(() => replica.checks > before + 24);
  }

  const unused = Array.from({ length: 6 }, () => "MAINT");

  it("lets the first sessions reach the primary and the replicas alone, and checks no other slot", async () => {
    const [writes, reads] = await Promise.all([reached(ports.write, 6), reached(ports.read, 6)]);
    expect(writes).toEqual(["db-1"]);
    expect(reads).not.toContain("closed");
    await until(async () => (await states("replicas"))[2] === "UP");
    expect(await states("primary")).toEqual(["UP", "DOWN", "DOWN", ...unused]);
    expect(await states("replicas")).toEqual(["DOWN", "UP", "UP", ...unused]);
    const csv = await sendCommand(socket, "show stat");
    expect([...serversIn(csv, ["primary", "replicas"]).keys()]).toEqual(["db-1", "db-2", "db-3"]);
  });

  it("takes a node into use after its first check, and cuts no session", async () => {
    const writer = await session(ports.write);
    const added = start("db-4");
    added.isReplica = false;
    use(5);
    await until(() => added.checks > 0);
    const met = await reached(ports.read, 12);
    expect(met.filter((name) => name === "db-4" || name === "db-5" || name === "closed")).toEqual(
      [],
    );
    expect(await reached(ports.write, 12)).toEqual(["db-1"]);
    added.isReplica = true;
    await until(async () => (await states("replicas"))[3] === "UP");
    expect(await reached(ports.read, 12)).toContain("db-4");
    expect(writer.socket.closed).toBe(false);
    expect([...databases.get("db-1")!.sessions]).not.toEqual([]);
  });

  it("gives a node that leaves no session, and leaves it the sessions that it has", async () => {
    await until(async () => (await states("replicas"))[2] === "UP");
    const readers = await Promise.all(Array.from({ length: 4 }, () => session(ports.read)));
    const [reader] = readers.filter(({ name }) => name === "db-3");
    use(2);
    await until(async () => (await states("replicas"))[2] === "DRAIN");
    expect(await reached(ports.read, 6)).toEqual(["db-2"]);
    expect(reader!.socket.closed).toBe(false);
    for (const { socket } of readers) socket.destroy();
    await until(async () => (await states("replicas"))[2] === "MAINT");
  });

  it("keeps a primary that leaves until another node has the role", async () => {
    const [first, second] = [databases.get("db-1")!, databases.get("db-2")!];
    Object.assign(first, { isPrimary: false, isReplica: true });
    Object.assign(databases.get("db-3")!, { isPrimary: true, isReplica: false });
    await until(async () => (await states("primary"))[2] === "UP");
    use(2);
    await until(async () => (await states("replicas"))[2] === "MAINT");
    await listIsRead();
    expect(await reached(ports.write, 3)).toEqual(["db-3"]);
    databases.get("db-3")!.isPrimary = false;
    second.isPrimary = true;
    await until(async () => (await states("primary"))[2] === "MAINT");
    expect(await reached(ports.write, 3)).toEqual(["db-2"]);
  });

  it("keeps what it has while the list is empty or gone", async () => {
    await until(async () => (await states("replicas"))[2] === "UP");
    writeFileSync(list, "# nothing\n");
    await listIsRead();
    rmSync(list);
    await listIsRead();
    expect((await states("replicas")).slice(1, 3)).toEqual(["UP", "UP"]);
  });
});

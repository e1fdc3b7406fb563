import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { column, drainServer, enableServer } from "../../../host/app-process/balancer";
import { balancerHost } from "../../../services/app-balancer/app-balancer-cfg";
import { sendCommand } from "../../../host/haproxy/commands";
import { ordinaryAppNode } from "../../services/rendered";
import { freePort } from "../../../scripts/hostless/memory-cloud";

const haproxy = process.env.HAPROXY ?? "haproxy";
const missing = spawnSync(haproxy, ["-v"]).status !== 0;

/** The rendered configuration, moved to ports and a directory that are free here. */
describe.skipIf(missing)("the balancer of a node's processes, by HAProxy itself", () => {
  const folder = mkdtempSync(join(tmpdir(), "balancer-"));
  const socket = join(folder, "admin.sock");
  const apps = new Map<number, Server>();
  /** While it is pending, the processes answer nothing, as gunicorn's sync worker does during a request. */
  let busy: Promise<unknown> = Promise.resolve();
  let front = 0;
  let stop = () => {};

  beforeAll(async () => {
    front = await freePort();
    const status = await freePort();
    let config = ordinaryAppNode().files["/etc/haproxy/app.cfg"]!.content;
    const moves: [RegExp | string, string][] = [
      [/^ *(user|group) haproxy$/gm, ""],
      ["/run/webstack-app-balancer/admin.sock", socket],
      ["maxconn 10000", "maxconn 100"],
      ["bind :3000", `bind 127.0.0.1:${front}`],
      // There is no certificate here.
      [/^ *bind :3443 .*$/gm, ""],
      ["127.0.0.1:8405", `127.0.0.1:${status}`],
    ];
    for (const name of [3101, 3102])
      moves.push([`127.0.0.1:${name}`, `127.0.0.1:${await serve(name)}`]);
    for (const [from, to] of moves) config = config.replaceAll(from, to);
    writeFileSync(join(folder, "app.cfg"), config);
    const running = spawn(haproxy, ["-f", join(folder, "app.cfg")], { stdio: "ignore" });
    stop = () => running.kill("SIGKILL");
    const end = Date.now() + 5_000;
    while ((await ask("GET").catch(() => "")) === "" && Date.now() < end) await pause(50);
  });
  afterAll(() => {
    stop();
    for (const server of apps.values()) server.close();
    rmSync(folder, { recursive: true });
  });

  async function serve(name: number): Promise<number> {
    const server = createServer(async (asked, answer) => {
      await busy;
      setTimeout(() => answer.end(String(name)), asked.url === "/slow" ? 500 : 0);
    });
    apps.set(name, server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }

  function ask(method: string, path = "/", host = "localhost"): Promise<string> {
    return new Promise((resolve, reject) => {
      const to = { host: "127.0.0.1", port: front, method, path, headers: { host } };
      const asked = request(to, (answer) => {
        let text = `${answer.statusCode} `;
        answer.on("data", (chunk: Buffer) => (text += chunk.toString()));
        answer.on("end", () => resolve(text));
      });
      asked.on("error", reject).end();
    });
  }

  async function waitFor(condition: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + 15_000;
    while (!(await condition())) {
      if (Date.now() > end) throw new Error(`it did not come to that: ${await states()}`);
      await pause(50);
    }
  }

  async function answers(count: number): Promise<string[]> {
    const all: string[] = [];
    for (let i = 0; i < count; i++) all.push(await ask("POST"));
    return [...new Set(all)].sort();
  }

  it("takes a process out without cutting what it answers, and in again", async () => {
    const slow = [ask("POST", "/slow"), ask("POST", "/slow")];
    await pause(100);
    expect(await drainServer(socket, 3102, 10)).toBe(0);
    // Both went to a process each; the one that was drained has answered.
    expect(await answers(10)).toEqual(["200 3101"]);
    expect((await Promise.all(slow)).sort()).toEqual(["200 3101", "200 3102"]);
    await enableServer(socket, 3102);
    expect(await answers(10)).toEqual(["200 3101", "200 3102"]);
  });

  it("tells how many requests are left when the time is over", async () => {
    const slow = [ask("POST", "/slow"), ask("POST", "/slow")];
    await pause(100);
    expect(await drainServer(socket, 3101, 0)).toBe(1);
    await enableServer(socket, 3101);
    await Promise.all(slow);
  });

  /** States of the processes, such as `UP`. */
  async function states(): Promise<string[]> {
    return column(await sendCommand(socket, "show stat app 4 -1"), "status", () => true).slice(
      0,
      2,
    );
  }

  it("lets requests wait for processes that are all busy", { timeout: 40_000 }, async () => {
    let finish = () => {};
    busy = new Promise<void>((resolve) => (finish = resolve));
    const first = [ask("POST"), ask("POST")];
    await waitFor(async () => (await states()).every((state) => state.startsWith("DOWN")));
    // The node tells the web nodes to send new requests elsewhere, and takes those that come all the same.
    expect(await ask("GET", "/", balancerHost)).toMatch(/^404/);
    const late = [ask("POST"), ask("GET")];
    await pause(500);
    expect(await drainServer(socket, 3102, 0)).toBeGreaterThan(0);
    finish();
    expect((await Promise.all(first)).sort()).toEqual(["200 3101", "200 3102"]);
    for (const answer of await Promise.all(late)) expect(answer).toMatch(/^200 310[12]$/);
    await waitFor(async () => (await states())[0] === "UP");
    await enableServer(socket, 3102);
    expect(await answers(10)).toEqual(["200 3101", "200 3102"]);
  });

  it("sends nothing to a busy process that is drained", { timeout: 40_000 }, async () => {
    let finish = () => {};
    busy = new Promise<void>((resolve) => (finish = resolve));
    await drainServer(socket, 3101, 0);
    await waitFor(async () => (await states())[1]!.startsWith("DOWN"));
    const late = [ask("POST"), ask("POST"), ask("POST")];
    await pause(200);
    finish();
    expect(new Set(await Promise.all(late))).toEqual(new Set(["200 3102"]));
    await enableServer(socket, 3101);
    await waitFor(async () => (await states()).every((state) => state === "UP"));
  });

  it("loses no request when a process dies", async () => {
    const dead = apps.get(3102)!;
    dead.closeAllConnections();
    await new Promise((resolve) => dead.close(resolve));
    expect(await answers(20)).toEqual(["200 3101"]);
  });

  it("answers with what makes Nginx try another node when no process is there", async () => {
    for (const backend of ["app", "busy"])
      await sendCommand(socket, `set server ${backend}/3101 state maint`);
    expect(await ask("GET")).toMatch(/^502/);
  });
});

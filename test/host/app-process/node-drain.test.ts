import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  announceStop,
  endAnnouncement,
  activeIn,
  isLast,
  markStopping,
  servingIn,
  unmarkStopping,
} from "../../../host/app-process/node-drain";
import type { AppProcessSettings } from "../../../host/app-process/settings";

const csv = (states: Record<string, string>) =>
  [
    "# pxname,svname,status",
    ...Object.entries(states).map(([name, state]) => `app,${name},${state}`),
  ].join("\n");

let folder: string;
let settings: AppProcessSettings;
let balancer: Server;
let commands: string[];
let answers: (command: string) => string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "last-process-"));
  commands = [];
  answers = () => "";
  const socket = join(folder, "admin.sock");
  const health = { path: "/", host: "localhost", timeoutSeconds: 60 };
  const drainMap = join(folder, "run", "drain.map");
  settings = { health, drainSeconds: 20, socket, drainMap, sharesPort: false };
  balancer = createServer({ allowHalfOpen: true }, (connection) => {
    connection.on("data", (chunk) => {
      const command = chunk.toString().trim();
      commands.push(command);
      connection.end(`${answers(command)}\n`);
    });
  });
  await new Promise<void>((ready) => balancer.listen(socket, ready));
});
afterEach(async () => {
  await new Promise((done) => balancer.close(done));
  rmSync(folder, { recursive: true });
});

describe("the last process of a node", () => {
  it("is not one whose neighbour serves, as in a deploy of one process after the other", async () => {
    answers = () => csv({ 3101: "UP", 3102: "UP" });
    markStopping(settings, "3101");
    expect(await isLast(settings, "3101")).toBe(false);
    unmarkStopping(settings, "3101");
    markStopping(settings, "3102");
    expect(await isLast(settings, "3102")).toBe(false);
  });

  it("is the only process, and the one whose neighbours are down or drained", async () => {
    answers = () => csv({ 3101: "UP" });
    expect(await isLast(settings, "3101")).toBe(true);
    answers = () => csv({ 3101: "UP", 3102: "DOWN", 3103: "DRAIN", 3104: "MAINT" });
    expect(await isLast(settings, "3101")).toBe(true);
  });

  it("is at least one of those that stop at the same time", async () => {
    answers = () => csv({ 3101: "UP", 3102: "UP" });
    markStopping(settings, "3101");
    markStopping(settings, "3102");
    expect(await isLast(settings, "3101")).toBe(true);
    expect(await isLast(settings, "3102")).toBe(true);
  });

  it("is unknown while the balancer does not answer", async () => {
    const gone = { ...settings, socket: join(folder, "none.sock") };
    await expect(isLast(gone, "3101")).rejects.toThrow("ENOENT");
  });

  it("counts a server on its way up or down, and one that is not checked", () => {
    const states = { 3101: "UP 1/2", 3102: "DOWN 1/2", 3103: "no check", 3104: "NOLB" };
    expect(servingIn(csv(states))).toEqual(["3101", "3103"]);
  });

  it("is told by systemd where processes share a port", () => {
    const list =
      "app@1.service loaded active running App, process 1\napp@12.service loaded active running App\n";
    expect(activeIn(list)).toEqual(["1", "12"]);
    expect(activeIn("")).toEqual([]);
  });
});

describe("the announcement of a node's stop", () => {
  it("is written for a balancer that starts, told to the one that runs, and noticed by the web nodes", async () => {
    const begun = performance.now();
    await announceStop(settings);
    expect(performance.now() - begun).toBeGreaterThan(1_400);
    expect(readFileSync(settings.drainMap, "utf8")).toBe("node on\n");
    expect(commands).toEqual([`set map ${settings.drainMap} node on`]);
  });

  it("ends with a process that has started, also in a map without an entry", async () => {
    answers = (command) => (command.startsWith("set map") ? "entry not found." : "");
    await endAnnouncement(settings);
    expect(readFileSync(settings.drainMap, "utf8")).toBe("node off\n");
    expect(commands.map((one) => one.split(" ")[0])).toEqual(["set", "add"]);
  });

  it("waits for a balancer that is just starting, and then says that none is there", async () => {
    const gone = { ...settings, socket: join(folder, "none.sock") };
    await expect(endAnnouncement(gone)).rejects.toThrow("ENOENT");
    expect(readFileSync(settings.drainMap, "utf8")).toBe("node off\n");
  });
});

import { beforeEach, describe, expect, it, vi } from "vitest";
import type { RestoredServer } from "../../../../scripts/restore/restored-server";
import { replaceAll, undoAll } from "../../../../scripts/restore/replace/replace";
import { outputsWith } from "../../operate/support/nodes";
import { FakePrimary } from "./fake-primary";

/** Web and app nodes in maintenance, and commands that fail. */
const world = vi.hoisted(() => ({
  on: new Set<string>(),
  fails: (_node: string, _command: string): boolean => false,
  freeBytes: 100e9,
  running: undefined as unknown,
}));
vi.mock("../../../../scripts/operate/ssh", () => ({
  runOnNode: async (_outputs: unknown, node: string, command: string) => {
    if (world.fails(node, command)) throw new Error("no route");
    if (command.includes("df --output")) return `${world.freeBytes}\n`;
    if (node.startsWith("lb")) return "";
    if (command.endsWith("echo on")) return world.on.has(node) ? "on\n" : "";
    if (/touch|systemctl stop/.test(command)) world.on.add(node);
    else world.on.delete(node);
    return "";
  },
}));
vi.mock("../../../../scripts/operate/operated-stack", () => ({
  outputsOf: () => outputsWith("lb-1", "web-1", "app-1", "db-1"),
}));
vi.mock("../../../../scripts/restore/tables/running-primary", () => ({
  runningPrimary: async () => world.running,
}));

const undone = "20261128_031500";
const kept = `replaced_${undone}_app`;
let running: FakePrimary;
let lines: string[];
const say = (line: string) => void lines.push(line);
const undoes = () => undoAll(undone, undefined, say);
const copy = new FakePrimary();
const restored = { gtids: "", lastUs: 0, transactions: 0 };
const replaces = () =>
  replaceAll(
    { server: copy as unknown as RestoredServer, restored: restored as never },
    undefined,
    say,
  );
const isOff = (command: string) => command.includes("rm /var/lib/webstack-maintenance");

beforeEach(() => {
  [running, lines] = [new FakePrimary(), []];
  Object.assign(running, { node: "db-1" });
  running.tables = ["app.entry", `${kept}.author`];
  running.record = [{ schema: "app", kept, tables: 1, definitions: Buffer.from("FORMER") }];
  copy.tables = ["app.author"];
  Object.assign(world, { running, freeBytes: 100e9, fails: () => false });
  world.on.clear();
});

describe("an undoing", () => {
  it("ends the maintenance that an earlier command left on", async () => {
    world.on = new Set(["web-1", "app-1"]);
    await undoes();
    expect(world.on.size).toBe(0);
    expect(lines.at(-1)).toBe("maintenance is over");
  });

  it("begins no maintenance for a replacement that is unknown, or has lost tables", async () => {
    world.fails = (node) => node.startsWith("web");
    running.record[0]!.tables = 2;
    await expect(undoes()).rejects.toThrow("kept 2 tables, and 1 are there");
    running.record = [];
    await expect(undoes()).rejects.toThrow("there is no record of a replacement");
    expect(lines).toEqual([]);
  });

  it("that fails ends no maintenance that was on before", async () => {
    world.on = new Set(["web-1"]);
    running.broken = /CREATE DATABASE/;
    await expect(undoes()).rejects.toThrow(
      "1064; the data is as before this command, and the site stays in maintenance, which was on before; once the data is whole: npm run maintenance -- off",
    );
    expect([...world.on].sort()).toEqual(["app-1", "web-1"]);
  });

  it("that fails ends a maintenance of its own", async () => {
    running.broken = /CREATE DATABASE/;
    await expect(undoes()).rejects.toThrow(/^1064$/);
    expect(world.on.size).toBe(0);
  });

  it("of stored objects alone that fails leaves the site in maintenance, and names itself", async () => {
    running.tables = ["app.author"];
    running.broken = /FORMER$/;
    await expect(undoes()).rejects.toThrow(
      `the site stays in maintenance; put the former data back with: npm run db:restore -- --undo-replace ${undone} --yes-replace local`,
    );
    expect(world.on.size).toBe(2);
  });

  it("leaves the maintenance on elsewhere if a node does not answer", async () => {
    world.on = new Set(["web-1", "app-1"]);
    world.fails = (node) => node === "app-1";
    await expect(undoes()).rejects.toThrow("app-1 must answer over ssh");
    expect(world.on.size).toBe(2);
  });
});

describe("a replacement", () => {
  it("tells its stamp and the way back before it exchanges the data", async () => {
    let before: string[] = [];
    running.onChange = (sql) => {
      if (sql.includes("RENAME TABLE")) before = [...lines];
    };
    await replaces();
    expect(before.at(-1)).toMatch(/--undo-replace \d{8}_\d{6} --yes-replace local$/);
    expect(lines.at(-1)).toBe("maintenance is over");
  });

  it("that is done is no failure because the maintenance does not end, which is said", async () => {
    world.fails = (node, command) => node === "web-1" && isOff(command);
    await expect(replaces()).rejects.toThrow(
      /^the data is replaced \(\d{8}_\d{6}\), and the maintenance did not end \(web-1: no route\): do not start again; npm run maintenance -- off$/,
    );
    expect(lines.findLast((line) => line.startsWith("replaced "))).toBeDefined();
  });

  it("that fails ends no maintenance that was on before", async () => {
    world.on = new Set(["web-1"]);
    running.broken = /CREATE DATABASE/;
    await expect(replaces()).rejects.toThrow("the site stays in maintenance, which was on before");
    expect(world.on.size).toBe(2);
  });

  it("goes on when its terminal is closed", async () => {
    const ends = vi.fn();
    process.on("SIGHUP", ends);
    running.onChange = (sql) => {
      if (sql.includes("RENAME TABLE")) process.emit("SIGHUP");
    };
    await replaces();
    process.off("SIGHUP", ends);
    expect(ends).not.toHaveBeenCalled();
    expect(lines).toContain("ends once the data is in a known state");
  });

  it("loads nothing where a node lacks room", async () => {
    world.freeBytes = 0.4e9;
    await expect(replaces()).rejects.toThrow("db-1 has 0.4 GB free, 1.0 GB are needed");
    expect(world.on.size).toBe(0);
  });
});

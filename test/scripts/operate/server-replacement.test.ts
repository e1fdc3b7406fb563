import { EventEmitter } from "node:events";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { waitForService } from "../../../scripts/operate/hosts";
import type { StackOutputs } from "../../../scripts/operate/outputs";
import { replaceServer } from "../../../scripts/operate/server-replacement";
import { outputsWith } from "./support/nodes";

const world = vi.hoisted(() => ({
  /** What was done, in order. */
  done: [] as string[],
  /** The step that fails. */
  failing: "",
  out: [] as string[],
}));
const does = vi.hoisted(() => (what: string) => {
  world.done.push(what);
  if (world.failing && what.startsWith(world.failing)) throw new Error(`${world.failing} failed`);
});
vi.mock("node:child_process", async (original) => ({
  ...(await original<typeof import("node:child_process")>()),
  spawn: (program: string, words: string[]) => {
    const child = new EventEmitter();
    const command = [program, ...words].join(" ");
    world.done.push(command);
    const status = world.failing && command.startsWith(world.failing) ? 1 : 0;
    setImmediate(() => child.emit("close", status));
    return child;
  },
}));
vi.mock("../../../scripts/operate/cloud-project", () => ({
  cloudProject: (stack?: string) => `project of ${stack}`,
  deleteServer: async (project: string, id: number) => does(`delete ${id} in ${project}`),
}));
vi.mock("../../../rolling/step-aside", () => ({
  stepAside: async (_: unknown, { name }: { name: string }) => does(`aside ${name}`),
  stepBack: async (_: unknown, { name }: { name: string }) => does(`back ${name}`),
}));
vi.mock("../../../scripts/operate/operated-stack", () => ({
  outputsOf: (stack?: string) => ({ made: stack }),
}));
vi.mock("../../../rolling/node-states", () => ({
  outOfService: async () => {
    world.done.push("look");
    return world.out;
  },
}));

const outputs = outputsWith("web-1", "web-2");
const up = "pulumi up --refresh --yes --skip-preview --stack prod";
beforeEach(() => {
  Object.assign(world, { done: [], failing: "", out: [] });
  vi.spyOn(console, "log").mockImplementation(() => undefined);
});

describe("replaceServer", () => {
  it("takes the work away, deletes, makes anew, and waits for service", async () => {
    expect(await replaceServer(outputs, "web-2", "prod")).toEqual({ made: "prod" });
    expect(world.done).toEqual(["aside web-2", "delete 2 in project of prod", up, "look"]);
  });

  it("makes a server of the local cloud with its own command", async () => {
    await replaceServer(outputs, "web-1", undefined);
    expect(world.done).toContain("npm run --silent up:local -- --refresh");
  });

  it("gives a node its work back whose server cannot be deleted", async () => {
    world.failing = "delete";
    await expect(replaceServer(outputs, "web-1", "prod")).rejects.toThrow("delete failed");
    expect(world.done).toEqual(["aside web-1", "delete 1 in project of prod", "back web-1"]);
  });

  it("deletes nothing if the work cannot be taken away", async () => {
    world.failing = "aside";
    await expect(replaceServer(outputs, "web-1", "prod")).rejects.toThrow("aside failed");
    expect(world.done).toEqual(["aside web-1"]);
  });

  it("says how to go on if the new server cannot be made", async () => {
    world.failing = "pulumi";
    const replaced = replaceServer(outputs, "web-1", "prod");
    await expect(replaced).rejects.toThrow(`${up} failed; run it again to go on`);
    expect(world.done.at(-1)).toBe(up);
  });

  it("touches nothing with outputs that do not name the server", async () => {
    const node = { ...outputs.nodes[0]!, serverId: undefined };
    const earlier: StackOutputs = { ...outputs, nodes: [node] };
    await expect(replaceServer(earlier, "web-1", "prod")).rejects.toThrow("run up first");
    expect(world.done).toEqual([]);
  });
});

describe("waitForService", () => {
  it("fails after the deadline with the nodes that are not in service", async () => {
    world.out = ["db-2", "web-1"];
    await expect(waitForService(outputs, 0)).rejects.toThrow("not in service: db-2, web-1");
  });
});

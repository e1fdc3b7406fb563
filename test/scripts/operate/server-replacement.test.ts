import { EventEmitter } from "node:events";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { TurnTaken } from "../../../rolling/stack-turn";
import type { StackOutputs } from "../../../scripts/operate/outputs";
import { type Replacement, replaceServer } from "../../../scripts/operate/server-replacement";
import { outputsWith } from "./support/nodes";

const world = vi.hoisted(() => ({
  /** What was done, in order. */
  done: [] as string[],
  /** The step that fails. */
  failing: "",
  out: [] as string[],
  /** What a database node answers that is asked for data of its own. */
  own: "" as string | Error,
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
vi.mock("../../../scripts/operate/up-check", () => ({
  refuseUnlessUp: async (stack: string, node: { name: string }, { newIn }: { newIn?: string }) =>
    does(`check ${node.name} of ${stack}${newIn === undefined ? "" : ", a new server"}`),
}));
vi.mock("../../../rolling/step-aside", () => ({
  stepAside: async (_: unknown, { name }: { name: string }) => does(`aside ${name}`),
  stepBack: async (_: unknown, { name }: { name: string }) => does(`back ${name}`),
}));
vi.mock("../../../rolling/neighbour-waits", () => ({
  frontFor: async () => ({ names: ["lb-1"], knowsIt: true }),
  waitForOthers: async (_: unknown, { name }: { name: string }) => does(`others of ${name}`),
  waitForNode: async (_: unknown, { name }: { name: string }, { names }: { names: string[] }) =>
    does(`${names.join()} on ${name}`),
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

vi.mock("../../../scripts/operate/ssh", () => ({
  runOnNode: async (_: unknown, node: string, command: string) => {
    if (!command.includes("supervisor/saved")) throw new Error(`${node} runs nothing else`);
    if (world.own instanceof Error) throw world.own;
    return world.own;
  },
}));

const outputs = outputsWith("web-1", "web-2");
const up = "npm run --silent up -- --refresh --yes --skip-preview --stack prod";
/** A replacement in the stack `prod` of a node in service, with the turn. */
const how: Replacement = {
  ...{ stack: "prod", isOut: false },
  keepTurn: async () => {
    world.done.push("turn");
    return true;
  },
};
const aside = (name: string) => [
  `check ${name} of prod, a new server`,
  "turn",
  `others of ${name}`,
  "look",
  `aside ${name}`,
];
beforeEach(() => {
  Object.assign(world, { done: [], failing: "", out: [], own: "" });
  vi.spyOn(console, "log").mockImplementation(() => undefined);
});

describe("replaceServer", () => {
  it("takes the work away, deletes, makes anew, and waits until the nodes in front see the node", async () => {
    expect(await replaceServer(outputs, "web-2", how)).toEqual({ made: "prod" });
    expect(world.done).toEqual([
      ...[...aside("web-2"), "turn", "delete 2 in project of prod", up, "look", "lb-1 on web-2"],
    ]);
  });

  it("makes a server of the local cloud with its own command", async () => {
    await replaceServer(outputs, "web-1", { ...how, stack: undefined });
    expect(world.done).toContain("npm run --silent up:local -- --refresh");
  });

  it("gives a node its work back whose server cannot be deleted", async () => {
    world.failing = "delete";
    await expect(replaceServer(outputs, "web-1", how)).rejects.toThrow("delete failed");
    const begun = [...aside("web-1"), "turn", "delete 1 in project of prod"];
    expect(world.done).toEqual([...begun, "back web-1"]);
  });

  it("drains and deletes nothing if the up that follows is not possible", async () => {
    world.failing = "check";
    await expect(replaceServer(outputs, "web-1", how)).rejects.toThrow("check failed");
    expect(world.done).toEqual(["check web-1 of prod, a new server"]);
  });

  it("deletes nothing if the work cannot be taken away, and gives it back", async () => {
    world.failing = "aside";
    await expect(replaceServer(outputs, "web-1", how)).rejects.toThrow("aside failed");
    expect(world.done).toEqual([...aside("web-1"), "back web-1"]);
  });

  it("disturbs nothing while the nodes in front send nothing to another node", async () => {
    world.failing = "others";
    await expect(replaceServer(outputs, "web-1", how)).rejects.toThrow("others failed");
    expect(world.done).toEqual(aside("web-1").slice(0, 3));
  });

  it("deletes a broken server whose work cannot be taken away", async () => {
    Object.assign(world, { failing: "aside", out: ["web-2"] });
    const end = replaceServer(outputs, "web-2", { ...how, isOut: true });
    // The new server is in service.
    setTimeout(() => (world.out = []), 100);
    await end;
    expect(world.done.slice(0, 7)).toEqual([
      ...[...aside("web-2"), "turn", "delete 2 in project of prod"],
    ]);
  });

  it("deletes nothing once another command has the turn, and leaves the node to that one", async () => {
    const taken = new TurnTaken("npm run patch of ann");
    const keepTurn = vi.fn().mockResolvedValueOnce(true).mockRejectedValueOnce(taken);
    await expect(replaceServer(outputs, "web-1", { ...how, keepTurn })).rejects.toBe(taken);
    expect(world.done).toEqual(aside("web-1").filter((one) => one !== "turn"));
  });

  it("drains again if the turn ended during the drain", async () => {
    const keepTurn = vi.fn().mockResolvedValue(true);
    keepTurn.mockResolvedValueOnce(true).mockResolvedValueOnce(false);
    await replaceServer(outputs, "web-1", { ...how, keepTurn });
    expect(world.done.filter((one) => one === "aside web-1")).toHaveLength(2);
  });

  it("fails if the nodes in front send nothing to the new server", async () => {
    world.failing = "lb-1 on";
    await expect(replaceServer(outputs, "web-1", how)).rejects.toThrow("lb-1 on failed");
  });

  it("says how to go on if the new server cannot be made", async () => {
    world.failing = "npm run";
    const replaced = replaceServer(outputs, "web-1", how);
    await expect(replaced).rejects.toThrow(`${up} failed; run it again to go on`);
    expect(world.done.at(-1)).toBe(up);
  });

  it("touches nothing with outputs that do not name the server", async () => {
    const node = { ...outputs.nodes[0]!, serverId: undefined };
    const earlier: StackOutputs = { ...outputs, nodes: [node] };
    await expect(replaceServer(earlier, "web-1", how)).rejects.toThrow("run up first");
    expect(world.done).toEqual([]);
  });
});

describe("replaceServer of a database node", () => {
  const databases = outputsWith("db-1", "db-2", "db-3");
  const state = (waiting: string) =>
    `data\nstate ${JSON.stringify({ waiting, gtid: "", member: { state: "OFFLINE" } })}\n`;

  it.each([
    ["has saved transactions", `saved 2026-1.sql\n${state("")}`, "2026-1.sql"],
    ["waits for an operator's choice", state("an operator must choose whose data stays"), "waits"],
    ["does not tell what data it has", "data\n", "its supervisor does not answer"],
  ])("does nothing to one that %s, unless that is given up", async (_, own, named) => {
    world.own = own;
    for (const isOut of [false, true]) {
      await expect(replaceServer(databases, "db-2", { ...how, isOut })).rejects.toThrow(named);
    }
    expect(world.done).toEqual([]);
    await replaceServer(databases, "db-2", { ...how, discards: true });
    expect(world.done).toContain("delete 2 in project of prod");
  });

  it("goes on for a dead server, and says what that may lose", async () => {
    world.own = new Error("no route to host");
    await expect(replaceServer(databases, "db-2", how)).rejects.toThrow("it was not deleted");
    expect(world.done).toEqual([]);
    await replaceServer(databases, "db-2", { ...how, isOut: true });
    expect(world.done).toContain("delete 2 in project of prod");
    expect(console.log).toHaveBeenCalledWith(expect.stringContaining("db-2 cannot be asked"));
  });
});

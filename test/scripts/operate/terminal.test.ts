import { EventEmitter } from "node:events";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { StackOutputs } from "../../../scripts/operate/outputs";
import { quoted } from "../../../scripts/operate/shell-word";
import {
  bastionFor,
  endSignals,
  inForeground,
  outliveSignals,
} from "../../../scripts/operate/terminal";
import { outputsWith } from "./support/nodes";

it("a command outlives each signal while it works, and not afterwards", async () => {
  const [told, ends] = [vi.fn(), vi.fn()];
  for (const signal of endSignals) process.on(signal, ends);
  await outliveSignals(told, async () => endSignals.forEach((signal) => process.emit(signal)));
  expect(told).toHaveBeenCalledTimes(3);
  expect(ends).not.toHaveBeenCalled();
  process.emit("SIGHUP");
  for (const signal of endSignals) process.off(signal, ends);
  expect(ends).toHaveBeenCalledOnce();
});

const world = vi.hoisted(() => ({
  silent: [] as string[],
  spawned: [] as { words: string[]; stdio: string[] }[],
  input: "",
}));
vi.mock("../../../scripts/operate/ssh", () => ({
  runOnNode: async (_: unknown, node: string) => {
    if (world.silent.includes(node)) throw new Error("no route");
    return "";
  },
  sshArguments: (_: unknown, node: string, bastion: string) => [`${node} through ${bastion}`],
}));
vi.mock("node:child_process", () => ({
  spawn: (_: string, words: string[], { stdio }: { stdio: string[] }) => {
    world.spawned.push({ words, stdio });
    const child = Object.assign(new EventEmitter(), {
      stdin:
        stdio[0] === "pipe"
          ? Object.assign(new EventEmitter(), { end: (text: string) => (world.input = text) })
          : null,
    });
    setImmediate(() => child.emit("close", 3));
    return child;
  },
}));
beforeEach(() => void Object.assign(world, { silent: [], spawned: [], input: "" }));

const base = outputsWith("lb-1", "lb-2", "app-1");
const outputs: StackOutputs = {
  ...base,
  nodes: base.nodes.map((node, i) => (i < 2 ? { ...node, publicIp: `203.0.113.${i}` } : node)),
  ssh: { user: "webstack", bastions: ["203.0.113.0", "203.0.113.1"] },
};

describe("the way to a node", () => {
  it("leads through the first load balancer that answers", async () => {
    expect(await bastionFor(outputs, "app-1")).toBe("203.0.113.0");
    world.silent = ["lb-1"];
    expect(await bastionFor(outputs, "app-1")).toBe("203.0.113.1");
    world.silent = ["lb-1", "lb-2"];
    expect(await bastionFor(outputs, "app-1")).toBe("203.0.113.0");
  });
});

describe("a command in the foreground", () => {
  it("has the terminal if it is to have it, and ends with the status of the command", async () => {
    expect(await inForeground(outputs, "app-1", "bash", { terminal: true })).toBe(3);
    const [{ words, stdio }] = world.spawned as [(typeof world.spawned)[0]];
    expect(words).toEqual(["-t", "app-1 through 203.0.113.0", "bash"]);
    expect(stdio).toEqual(["inherit", "inherit", "inherit"]);
  });

  it("is given its input on standard input, where no argument shows it", async () => {
    await inForeground(outputs, "app-1", "mysql", { terminal: false, input: "SELECT 1\n" });
    expect(world.input).toBe("SELECT 1\n");
    expect(JSON.stringify(world.spawned)).not.toContain("SELECT");
    expect(world.spawned[0]!.words[0]).not.toBe("-t");
  });
});

it.each([
  ["plain", "'plain'"],
  ["it's $HOME", `'it'\\''s $HOME'`],
])("the word %s is quoted for a shell", (word, text) => expect(quoted(word)).toBe(text));

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { leaseMs } from "../../../host/app-job/lease";
import { FakeNode, numbers, SharedRow } from "./fleet";

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

const stopSeconds = 30;

function fleet(size: number, random: () => number, seconds = stopSeconds) {
  const row = new SharedRow();
  const nodes = Array.from(
    { length: size },
    (_, i) => new FakeNode(`app-${i + 1}`, row, seconds, random),
  );
  for (const node of nodes) void node.live();
  return nodes;
}

const working = (nodes: FakeNode[]) => nodes.filter(({ works }) => works);
/** No chance at all: nothing fails, every wait is the same. */
const even = () => 0.5;
/** The same, with a command that takes longer to end than it may. */
const stubborn = () => 0.99;

/** Lets time pass, second by second; more than one node at work is a failure. Returns who worked when. */
async function pass(seconds: number, nodes: FakeNode[]): Promise<number> {
  let idle = 0;
  for (let i = 0; i < seconds * 4; i++) {
    await vi.advanceTimersByTimeAsync(250);
    const busy = working(nodes).length;
    if (busy > 1) throw new Error(`${busy} nodes work at ${Date.now()}`);
    idle = busy === 1 ? 0 : idle + 0.25;
  }
  return idle;
}

/** Seconds until a node other than `before` works. */
async function takeover(nodes: FakeNode[], before: FakeNode): Promise<number> {
  for (let seconds = 0; seconds < 600; seconds++) {
    await pass(1, nodes);
    if (working(nodes).some((node) => node !== before)) return seconds;
  }
  throw new Error("nobody took over");
}

describe("a worker on one node at a time", () => {
  it("runs on one of three nodes, and stays there", async () => {
    const nodes = fleet(3, even);
    await pass(10, nodes);
    const [first] = working(nodes);
    await pass(600, nodes);
    expect(working(nodes)).toEqual([first]);
  });

  it("is taken over within 80 s when its node is lost, and not before its lease is over", async () => {
    const nodes = fleet(3, even);
    await pass(10, nodes);
    const [first] = working(nodes);
    void first!.crash(3_600_000);
    const seconds = await takeover(nodes, first!);
    expect(seconds).toBeGreaterThanOrEqual(leaseMs(stopSeconds) / 1_000 - 6);
    expect(seconds).toBeLessThanOrEqual(80);
  });

  it("is ended where the database is out of reach before another node may begin", async () => {
    const nodes = fleet(3, stubborn);
    await pass(10, nodes);
    const [first] = working(nodes);
    first!.cut = true;
    expect(await takeover(nodes, first!)).toBeLessThanOrEqual(80);
    first!.cut = false;
    await pass(120, nodes);
    expect(working(nodes)).toHaveLength(1);
  });

  it("is ended by systemd where its keeper hangs, and begins there again", async () => {
    const nodes = fleet(3, even);
    await pass(10, nodes);
    const [first] = working(nodes);
    first!.hang();
    await pass(39, nodes);
    expect(working(nodes)).toEqual([first]);
    expect(first!.starts).toBe(1);
    expect(await pass(20, nodes)).toBe(0);
    expect(first!.starts).toBe(2);
  });

  it("is taken back at once by its own node after a crash", async () => {
    const nodes = fleet(3, even);
    await pass(10, nodes);
    const [first] = working(nodes);
    void first!.crash(20_000);
    expect(await pass(25, nodes)).toBe(0);
    expect(working(nodes)).toEqual([first]);
  });

  it("is ended by systemd where its keeper hangs while it waits for the end of the command", async () => {
    const nodes = fleet(3, stubborn);
    await pass(10, nodes);
    const [first] = working(nodes);
    first!.cut = true;
    await pass(21, nodes);
    expect(working(nodes)).toEqual([first]);
    first!.hang();
    expect(await takeover(nodes, first!)).toBeLessThanOrEqual(80);
  });

  it("has its seconds to end, and no more", async () => {
    const nodes = fleet(1, stubborn, 5);
    await pass(10, nodes);
    nodes[0]!.restart();
    await pass(4.5, nodes);
    expect(working(nodes)).toHaveLength(1);
    await pass(1, nodes);
    expect(working(nodes)).toHaveLength(0);
  });

  it("goes on through a switch of the primary", async () => {
    const nodes = fleet(3, even);
    await pass(10, nodes);
    const [first] = working(nodes);
    for (const node of nodes) node.cut = true;
    await pass(12, nodes);
    for (const node of nodes) node.cut = false;
    await pass(60, nodes);
    expect(working(nodes)).toEqual([first]);
  });

  it("stops when nobody reaches the database, and comes back with it", async () => {
    const nodes = fleet(3, even);
    await pass(10, nodes);
    for (const node of nodes) node.cut = true;
    await pass(90, nodes);
    expect(working(nodes)).toEqual([]);
    for (const node of nodes) node.cut = false;
    expect(await pass(80, nodes)).toBe(0);
  });

  it("moves, or comes back, within seconds when its program starts anew", async () => {
    const nodes = fleet(3, even, 2);
    await pass(10, nodes);
    working(nodes)[0]!.restart();
    expect(await pass(10, nodes)).toBe(0);
  });

  it.each(Array.from({ length: 30 }, (_, i) => i + 1))(
    "never runs twice whatever fails, and runs again afterwards: history %i",
    async (seed) => {
      const random = numbers(seed);
      const nodes = fleet(3, random, [1, 5, 30][seed % 3]);
      const pick = () => nodes[Math.floor(random() * nodes.length)]!;
      const faults = [
        () => void (pick().cut = true),
        () => void nodes.forEach((node) => (node.cut = random() < 0.5)),
        () => pick().hang(),
        () => pick().restart(),
        () => void pick().crash(random() * 200_000),
        () => nodes.forEach((node) => (node.cut = false)),
      ];
      for (let i = 0; i < 40; i++) {
        faults[Math.floor(random() * faults.length)]!();
        await pass(random() * 60, nodes);
      }
      for (const node of nodes) node.cut = false;
      await pass(400, nodes);
      expect(await pass(120, nodes)).toBeLessThan(100);
    },
  );
});

import { describe, expect, it, afterEach } from "vitest";
import { connect, createServer, type AddressInfo, type Server } from "node:net";
import {
  JoinBarrier,
  type GateLimits,
  openJoinGate,
} from "../../../../host/supervisor/xcom/join-gate";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { member, view } from "../support/node-state";

/** Whom db-2 awaits while db-1 says one thing after the other, from that time on. */
function awaitedOf(fromMs: number, ...states: Partial<NodeState>[]): string[][] {
  let peers: NodeState[] = [];
  const awaited = new JoinBarrier("db-2", () => peers);
  awaited.names(0);
  return states.map((one) => {
    peers = [member("db-1", "PRIMARY", one), member("db-3", "SECONDARY")];
    return awaited.names(fromMs);
  });
}

const deaf = { notReading: ["db-2"] };
const maybe = { maybeConnectingTo: ["db-2"] };
const itself = ["db-1"];

describe("JoinBarrier", () => {
  it("are members that seek the node or do not hear it", () => {
    const says = [{}, { connectingTo: ["db-2"] }, deaf, {}];
    for (const ms of [0, 20_000]) {
      expect(awaitedOf(ms, ...says)).toEqual([[], itself, itself, []]);
      expect(
        awaitedOf(ms, {
          connectingTo: ["db-3"],
          maybeConnectingTo: ["db-3"],
          notReading: ["db-3"],
        }),
      ).toEqual([[]]);
    }
  });

  it("are secondaries too, but those that do not hear the node not for long", () => {
    const peers = [member("db-3", "SECONDARY", { ...deaf, ...maybe })];
    const awaited = new JoinBarrier("db-2", () => peers);
    expect(awaited.names(0)).toEqual(["db-3"]);
    expect(awaited.names(19_400)).toEqual(["db-3"]);
    expect(awaited.names(19_600)).toEqual([]);
    peers[0] = member("db-3", "SECONDARY", { connectingTo: ["db-2"] });
    expect(awaited.names(19_700)).toEqual(["db-3"]);
  });

  it("are for longer the primary of the last view too while its MySQL does not answer", () => {
    const silent = { ...deaf, member: null };
    const says = [view("db-1", 1), view("db-3", 1)].map((lastView) => ({ ...silent, lastView }));
    expect(awaitedOf(20_000, ...says)).toEqual([itself, []]);
  });

  it("are members that may seek the node, until one of their looks went by", () => {
    const says = [{ ...deaf, ...maybe }, maybe, { ...deaf, ...maybe }, maybe];
    expect(awaitedOf(0, ...says)).toEqual([itself, itself, itself, []]);
    // It did seek the node, and is connected.
    const found = [itself, itself, itself, itself, []];
    expect(awaitedOf(0, ...says.slice(0, 3), deaf, {})).toEqual(found);
    expect(awaitedOf(0, maybe, {})).toEqual([itself, []]);
  });
});

const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function seedThatEchoes(): Promise<number> {
  const server: Server = createServer((socket) => socket.pipe(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A gate to a seed that echoes, and what an echo through it says. */
async function gateTo(port: number, awaited: string[], limits: Partial<GateLimits> = {}) {
  let openings = 0;
  const gate = await openJoinGate(
    { awaited: () => awaited, seed: { host: "127.0.0.1", port }, onOpen: () => void openings++ },
    { longestMs: 5_000, heldMs: 5_000, ...limits },
  );
  closing.push(gate.close);
  const [host, own] = gate.seeds[0]!.split(":");
  const socket = connect(Number(own), host);
  closing.push(() => socket.destroy());
  socket.write("let me in");
  const answer = new Promise<string>((resolve) => {
    socket.on("data", (data: Buffer) => resolve(data.toString()));
    socket.on("close", () => resolve("closed"));
  });
  return { answer, openings: () => openings, seeds: gate.seeds };
}

function isOver(answer: Promise<string>, ms: number): Promise<boolean> {
  const later = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), ms));
  return Promise.race([answer.then(() => true), later]);
}

describe("openJoinGate", () => {
  it("leads to the seed at once if nobody is awaited", async () => {
    const { answer, openings } = await gateTo(await seedThatEchoes(), []);
    expect(await answer).toBe("let me in");
    expect(openings()).toBe(1);
  });

  it("holds until nobody is awaited any more", async () => {
    const awaited = ["db-1", "db-3"];
    const { answer, openings } = await gateTo(await seedThatEchoes(), awaited);
    awaited.pop();
    expect(await isOver(answer, 600)).toBe(false);
    expect(openings()).toBe(0);
    awaited.pop();
    expect(await answer).toBe("let me in");
    expect(openings()).toBe(1);
  });

  it("waits no longer than its limit", async () => {
    const { answer } = await gateTo(await seedThatEchoes(), ["db-1"], { longestMs: 100 });
    expect(await answer).toBe("let me in");
  });

  it("ends a connection that it held for long, for MySQL to take its next seed", async () => {
    const limits = { longestMs: 1_000, heldMs: 100 };
    const { answer, seeds } = await gateTo(await seedThatEchoes(), ["db-1"], limits);
    expect(await answer).toBe("closed");
    expect(seeds).toHaveLength(11);
  });

  it("closes the connection if the seed is gone, for MySQL to take its next one", async () => {
    const { answer } = await gateTo(1, []);
    expect(await answer).toBe("closed");
  });
});

import { connect, createServer, type AddressInfo, type Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type GateLimits, openJoinGate } from "../../../../host/supervisor/xcom/join-gate";

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

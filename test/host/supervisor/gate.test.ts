import { connect, createServer, type AddressInfo, type Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { openGate } from "../../../host/supervisor/gate";

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

/** A gate to a seed that echoes, with who is connected, and what an echo through it says. */
async function gateTo(
  seedPort: number,
  connected: string[],
  awaited: string[],
  limits: { longestMs?: number; heldMs?: number } = {},
) {
  let openings = 0;
  const gate = await openGate(
    { awaited, seed: "127.0.0.1", onOpen: () => openings++ },
    {
      connected: () => Promise.resolve(connected),
      seedPort,
      ...{ longestMs: 5_000, heldMs: 5_000, ...limits },
    },
  );
  closing.push(gate.close);
  const [host, port] = gate.seeds[0]!.split(":");
  const socket = connect(Number(port), host);
  closing.push(() => socket.destroy());
  socket.write("let me in");
  const answer = new Promise<string>((resolve) => {
    socket.on("data", (data: Buffer) => resolve(data.toString()));
    socket.on("close", () => resolve("closed"));
  });
  return { answer, openings: () => openings };
}

function isOver(answer: Promise<string>, ms: number): Promise<boolean> {
  const later = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), ms));
  return Promise.race([answer.then(() => true), later]);
}

describe("openGate", () => {
  it("leads to the seed at once if nobody is awaited", async () => {
    const { answer, openings } = await gateTo(await seedThatEchoes(), [], []);
    expect(await answer).toBe("let me in");
    expect(openings()).toBe(1);
  });

  it("holds until all that are awaited are connected", async () => {
    const connected = ["10.0.4.11"];
    const awaited = ["10.0.4.11", "10.0.4.13"];
    const { answer, openings } = await gateTo(await seedThatEchoes(), connected, awaited);
    expect(await isOver(answer, 600)).toBe(false);
    expect(openings()).toBe(0);
    connected.push("10.0.4.13");
    expect(await answer).toBe("let me in");
    expect(openings()).toBe(1);
  });

  it("waits no longer than its limit", async () => {
    const { answer } = await gateTo(await seedThatEchoes(), [], ["10.0.4.11"], { longestMs: 100 });
    expect(await answer).toBe("let me in");
  });

  it("counts a member that was connected and is not any more", async () => {
    const connected = ["10.0.4.11"];
    const { answer } = await gateTo(await seedThatEchoes(), connected, ["10.0.4.11", "10.0.4.13"]);
    expect(await isOver(answer, 200)).toBe(false);
    connected.splice(0, 1, "10.0.4.13");
    expect(await answer).toBe("let me in");
  });

  it("ends a connection that it held for long, for MySQL to take its next seed", async () => {
    const { answer } = await gateTo(await seedThatEchoes(), [], ["10.0.4.11"], { heldMs: 100 });
    expect(await answer).toBe("closed");
  });

  it("closes the connection if the seed is gone, for MySQL to take its next one", async () => {
    const { answer } = await gateTo(1, [], []);
    expect(await answer).toBe("closed");
  });
});

import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Peer } from "../../../host/mover/peer";
import { answerMs, probeMs } from "../../../host/mover/unanswered-probes";

describe("Peer", () => {
  let server: Server;
  let address: string;
  let asked: string[];
  let status: number | undefined;
  let wanted: boolean;
  let clockMs: number;
  let tick: () => void;

  beforeEach(async () => {
    asked = [];
    status = 200;
    wanted = true;
    clockMs = 0;
    server = createServer(({ url }, response) => {
      asked.push(url!);
      if (status) response.writeHead(status).end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    vi.spyOn(globalThis, "setInterval").mockImplementation((call) => {
      tick = call as () => void;
      return undefined as unknown as NodeJS.Timeout;
    });
  });

  afterEach(() => {
    vi.restoreAllMocks();
    server.closeAllConnections();
    server.close();
  });

  /** Asked so many times, {@link probeMs} apart; each question has arrived. */
  async function watched(times: number): Promise<Peer> {
    const peer = new Peer(address, () => clockMs);
    peer.probeWhile(() => wanted);
    for (let i = 1; i <= times; i++) {
      clockMs += probeMs;
      tick();
      await vi.waitUntil(() => !wanted || asked.length === i, { interval: 1 });
    }
    return peer;
  }

  it("serves if a try is answered with 200", async () => {
    expect(await new Peer(address, () => clockMs).probe()).toBe(true);
    expect(asked).toEqual(["/healthz", "/healthz"]);
  });

  it.each([500, 503])("does not serve if it answers %i", async (wrong) => {
    status = wrong;
    expect(await new Peer(address, () => clockMs).probe()).toBe(false);
  });

  it("does not serve if it refuses", async () => {
    server.close();
    expect(await new Peer(address, () => clockMs).probe()).toBe(false);
  });

  it("is not asked once more if it was silent for long enough", async () => {
    status = undefined;
    const peer = await watched(2);
    clockMs += answerMs;
    expect(await peer.probe()).toBe(false);
    expect(asked).toHaveLength(2);
  });

  it("is asked again the next time: a silence counts once", async () => {
    status = undefined;
    const peer = await watched(2);
    clockMs += answerMs;
    await peer.probe();
    status = 200;
    expect(await peer.probe()).toBe(true);
  });

  it("is asked again if it answered in between", async () => {
    const peer = await watched(2);
    // By then the answers before this one have come in.
    await (await fetch(`http://${address}/later`)).text();
    clockMs += answerMs;
    expect(await peer.probe()).toBe(true);
    expect(asked.slice(3)).toEqual(["/healthz", "/healthz"]);
  });

  it("is left alone while nobody wants to know", async () => {
    wanted = false;
    await watched(3);
    expect(asked).toEqual([]);
  });
});

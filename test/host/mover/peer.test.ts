import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Peer, answerMs, probeMs, UnansweredProbes } from "../../../host/mover/peer";

/** Asked so many times, {@link probeMs} apart, from 0 on. */
function asked(times: number): UnansweredProbes {
  const silence = new UnansweredProbes();
  for (let i = 0; i < times; i++) silence.onProbe(i * probeMs);
  return silence;
}

describe("Silence", () => {
  it("gives a new try its whole time if nothing was asked, or only one question is open", () => {
    expect(new UnansweredProbes().leftMs(10_000)).toBe(answerMs);
    expect(asked(1).leftMs(answerMs)).toBe(answerMs);
  });

  it("is over once two questions have had their time", () => {
    const silence = asked(3);
    expect(silence.leftMs(2 * probeMs)).toBe(answerMs - probeMs);
    expect(silence.leftMs(probeMs + answerMs)).toBe(0);
  });

  it("counts from the first two questions, however many follow", () => {
    expect(asked(20).leftMs(19 * probeMs)).toBe(0);
  });

  it("begins anew with an answer", () => {
    const silence = asked(20);
    silence.onAnswer();
    expect(silence.leftMs(19 * probeMs)).toBe(answerMs);
    silence.onProbe(20 * probeMs);
    expect(silence.leftMs(20 * probeMs)).toBe(answerMs);
  });

  it("knows nothing of a time in which this process stood still", () => {
    expect(asked(20).leftMs(19 * probeMs + 8_000)).toBe(answerMs);
    const resumed = asked(20);
    resumed.onProbe(19 * probeMs + 8_000);
    expect(resumed.leftMs(19 * probeMs + 8_000)).toBe(answerMs);
  });
});

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

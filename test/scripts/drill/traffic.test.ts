import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  longestDelayMs,
  missingEvents,
  parsedEvents,
  streamedEvents,
} from "../../../scripts/drill/event-stream";
import { downloaded, uploaded } from "../../../scripts/drill/large-bodies";
import { LastingSockets } from "../../../scripts/drill/lasting-sockets";
import { unexplained } from "../../../scripts/drill/traffic";
import { runningApp, type RunningApp } from "./running-app";

let app: RunningApp;
beforeAll(async () => {
  app = await runningApp();
});
afterAll(() => app.end());

let other: Server | undefined;
afterEach(() => {
  other?.closeAllConnections();
  other?.close();
});
/** A site that answers each request with this body. */
async function answering(body: string): Promise<string> {
  other = createServer((request, response) => {
    request.resume();
    request.on("end", () => response.end(body));
  }).listen(0, "127.0.0.1");
  await once(other, "listening");
  return `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
}

describe("a stream of events", () => {
  it("brings each event once, a second apart", async () => {
    const { events, broken } = await streamedEvents(app.url, 3);
    expect([events.map(({ number }) => number), broken]).toEqual([[0, 1, 2], undefined]);
    expect(missingEvents(events, 3)).toEqual([]);
    expect(events[2]!.sentMs - events[0]!.sentMs).toBeGreaterThanOrEqual(1_950);
    expect(longestDelayMs(events)).toBeLessThan(500);
  });

  it("is broken if the app ends", async () => {
    const gone = await runningApp();
    const stream = streamedEvents(gone.url, 60);
    await pause(500);
    await gone.end();
    const { events, broken } = await stream;
    expect(broken).toMatch(/aborted|ECONNRESET/);
    expect(missingEvents(events, 60)).toContain(59);
  });

  it("tells how many events were held back together", () => {
    const held = [0, 1, 2].map((number) => ({ number, sentMs: number * 1_000, arrivedMs: 7_000 }));
    expect(longestDelayMs(held)).toBe(2_000);
    expect(longestDelayMs([])).toBe(0);
  });

  it("does not take a doubled event for a whole stream", () => {
    const [one, two] = [0, 1].map((number) => ({ number, sentMs: 0, arrivedMs: 0 }));
    expect(missingEvents([one!, two!], 3)).toEqual([2]);
    expect(missingEvents([one!, one!, two!], 2)).toEqual([0, 1]);
  });

  it("keeps the beginning of an event for the next part", () => {
    expect(parsedEvents("id: 4\ndata: 17\n\nid: 5\nda")).toEqual({
      found: [[4, 17]],
      rest: "id: 5\nda",
    });
  });
});

describe("a large body", () => {
  it("is the same at both ends, up and down", async () => {
    const { sha256 } = await uploaded(app.url, 5);
    expect(await downloaded(app.url, 5, sha256)).toMatchObject({ sha256 });
  });

  it("is refused with another sum", async () => {
    const { sha256 } = await uploaded(app.url, 2);
    await expect(downloaded(app.url, 1, sha256)).rejects.toThrow(
      `is to have SHA-256 ${sha256}, and 1048576 bytes had`,
    );
    const url = await answering("{}");
    await expect(uploaded(url, 1)).rejects.toThrow(/the app is to answer .*, and 200 came: {}/);
  });
});

describe("sockets of visitors", () => {
  it("tell the longest silence, and ends without a close frame", async () => {
    const gone = await runningApp();
    const lasting = new LastingSockets(gone.url);
    lasting.start(2);
    await pause(600);
    await gone.end();
    await pause(600);
    const { messages, ended, cuts, silenceMs } = await lasting.stop();
    expect(messages).toBeGreaterThanOrEqual(2);
    expect([ended, cuts.map(({ code }) => code)]).toEqual([0, [1006, 1006]]);
    expect(silenceMs).toBeGreaterThan(500);
  });

  it("are ended by a close frame of the app", async () => {
    const gone = await runningApp();
    const lasting = new LastingSockets(gone.url);
    lasting.start(2);
    await pause(1_000);
    gone.process.kill("SIGTERM");
    await pause(600);
    const { ended, cuts } = await lasting.stop();
    await gone.end();
    expect([ended, cuts]).toEqual([2, []]);
  });

  it("may lose their connection while the address moves, and at no other time", () => {
    const cuts = [99, 100, 200, 201].map((atMs) => ({ atMs, code: atMs }));
    expect(unexplained({ cuts }, { fromMs: 100, toMs: 200 })).toEqual([
      "ended with 99",
      "ended with 201",
    ]);
  });
});

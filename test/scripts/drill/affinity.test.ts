import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { waitUntil } from "../../../rolling/wait-until";
import {
  lostEmits,
  seenIn,
  silenceMs,
  unknownSession,
  wrongInControl,
  wrongInQuiet,
  wrongInSwitch,
} from "../../../scripts/drill/affinity-verdict";
import { recordedEmits } from "../../../scripts/drill/socket-app";
import { type ClientSeen, reasonOf, SocketClients } from "../../../scripts/drill/socket-clients";
import { type SocketSite, socketSite } from "./socket-site";

let site: SocketSite | undefined;
let clients: SocketClients | undefined;
afterEach(async () => {
  await clients?.stop();
  await site?.end();
  [site, clients] = [undefined, undefined];
});

/** Four clients with an upgrade, and four that only poll, behind a proxy with two processes. */
async function connecting(isAffine: boolean) {
  site = await socketSite(isAffine);
  const { url } = site;
  clients = new SocketClients(
    Array.from({ length: 8 }, (_, i) => ({
      ...{ name: `client-${i}`, url, polls: i % 2 === 0 },
      headers: { "X-Forwarded-For": `203.0.113.${(i % 4) + (i >> 2)}` },
    })),
  );
  return { site, clients };
}

/** The time from a moment until now. */
function since(fromMs: number) {
  return { fromMs, toMs: performance.now() };
}

describe("clients of Socket.IO", { timeout: 60_000 }, () => {
  it("have no session if the proxy sends each request to the next process", async () => {
    const { clients: all } = await connecting(false);
    const isControl = async () => wrongInControl(all.seen, since(0)).length === 0 || undefined;
    await waitUntil("unknown sessions", isControl, { timeoutSeconds: 30, intervalMs: 100 });
    expect(seenIn(all.seen, since(0)).troubles[unknownSession]).toBeGreaterThanOrEqual(2);
    expect(wrongInQuiet(all.seen, since(0), 2)).not.toEqual([]);
  });

  it("have one process each with affinity, and WebSockets, which the control reports", async () => {
    const { clients: all } = await connecting(true);
    await all.ready();
    const fromMs = performance.now();
    await pause(4_000);
    const quiet = since(fromMs);
    expect(wrongInQuiet(all.seen, quiet, 2)).toEqual([]);
    expect(wrongInQuiet(all.seen, quiet, 3)).toEqual([
      expect.stringMatching(/^clients reached 2 of 3 processes/),
    ]);
    expect(wrongInControl(all.seen, quiet)).toEqual([
      "without affinity only 0 of 4 polling clients got Session ID unknown: the drill shows nothing",
    ]);
  });

  it("connect anew when processes restart, and no acknowledged emit is lost", async () => {
    const { site: running, clients: all } = await connecting(true);
    await all.ready();
    const fromMs = performance.now();
    await running.restart(0);
    await pause(2_000);
    await running.restart(1);
    await pause(5_000);
    const phase = since(fromMs);
    const seen = await all.stop();
    const { connects, silenceMs: longest, acknowledged } = seenIn(seen, phase);
    expect(connects).toBeGreaterThanOrEqual(seen.length);
    expect(longest).toBeGreaterThan(500);
    expect(longest).toBeLessThan(10_000);
    expect(acknowledged).toBeGreaterThan(2 * seen.length);
    const emits = recordedEmits(running.records());
    expect(lostEmits(seen, emits)).toEqual([]);
    emits.delete("client-0 1");
    expect(lostEmits(seen, emits)).toEqual(["client-0 1"]);
  });
});

/** A client that only polls, with a process at each time. */
function client(at: Record<number, string>, more: Partial<ClientSeen> = {}): ClientSeen {
  const acknowledged = Object.entries(at).map(([ms, process], i) => ({
    ...{ number: i + 1, atMs: Number(ms), process },
  }));
  const none = { connectedMs: [], upgradedMs: [], troubles: [] };
  return { name: "c", polls: true, acknowledged, ...none, ...more };
}

describe("the verdict on affinity", () => {
  const [quiet, moved, after] = [
    { fromMs: 0, toMs: 100 },
    { fromMs: 200, toMs: 300 },
    { fromMs: 300, toMs: 400 },
  ] as const;

  it("counts the silence at both ends of a phase", () => {
    expect(silenceMs(client({ 30: "a", 50: "a", 150: "a" }), quiet)).toBe(50);
    expect(silenceMs(client({ 60: "a", 90: "a" }), quiet)).toBe(60);
    expect(silenceMs(client({}), quiet)).toBe(100);
  });

  it("names clients with several processes, without a WebSocket, and troubles", () => {
    const usual = { polls: false, name: "u", upgradedMs: [40] };
    expect(wrongInQuiet([client({ 1: "a" }), client({ 2: "b" })], quiet, 2)).toEqual([]);
    expect(wrongInQuiet([client({ 1: "a", 2: "b" })], quiet, 2)).toEqual([
      "c was at a and b in quiet",
    ]);
    expect(wrongInQuiet([client({ 1: "a" }, usual)], quiet, 1)).toEqual([
      "u had no WebSocket in quiet",
    ]);
    const troubles = [{ atMs: 5, reason: "transport close" }];
    expect(wrongInQuiet([client({ 1: "a" }, { troubles })], quiet, 1)).toEqual([
      "1 times transport close in quiet",
    ]);
  });

  it("wants the process of the quiet phase after a switch, and no unknown session", () => {
    const same = client({ 1: "a", 350: "a" });
    const other = client({ 1: "a", 350: "b" });
    expect(wrongInSwitch([same], quiet, moved, after)).toEqual([]);
    expect(wrongInSwitch([other], quiet, moved, after)).toEqual([
      "c was at a, and after the switch at b",
    ]);
    expect(wrongInSwitch([{ ...other, polls: false }], quiet, moved, after)).toEqual([]);
    const again = { ...other, polls: false, connectedMs: [250] };
    expect(wrongInSwitch([again], quiet, moved, after)).toHaveLength(1);
    const troubles = [{ atMs: 250, reason: unknownSession }];
    expect(wrongInSwitch([{ ...same, troubles }], quiet, moved, after)).toEqual([
      "c got Session ID unknown in the switch",
    ]);
  });

  it("reads the app's answer from an error of long polling", () => {
    const responseText = '{"code":1,"message":"Session ID unknown"}';
    expect(reasonOf("transport error", { context: { responseText } })).toBe(unknownSession);
    expect(reasonOf("transport error", { context: { responseText: "<html>" } })).toBe(
      "transport error",
    );
    expect(reasonOf("transport close", undefined)).toBe("transport close");
  });

  it("counts the records of each emit, and takes no half line for one", () => {
    expect([...recordedEmits("a 1\nb 1\na 1\na 2\na")]).toEqual([
      ["a 1", 2],
      ["b 1", 1],
      ["a 2", 1],
    ]);
  });
});

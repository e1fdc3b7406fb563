import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import {
  openConnections,
  connectionsOfOldWorkers,
  replaceWorker,
  sendCommand,
} from "../../../../host/haproxy/commands";
import type { Check } from "./results";
import { masterSocket } from "./daemons";
import { type Http2Options, visitByHttp2 } from "./visitor";

const askMaster = (command: string) => sendCommand(masterSocket("edge-1"), command);

async function connections(): Promise<number> {
  const stat = await sendCommand("/run/chain-edge-0-admin.sock", "show stat -1 1 -1");
  return openConnections(stat) + (await connectionsOfOldWorkers(askMaster));
}

/** Resolves with the time until a condition holds, milliseconds. */
async function took(isSo: () => Promise<boolean> | boolean, what: string, maxMs: number) {
  const begun = performance.now();
  while (!(await isSo())) {
    if (performance.now() - begun > maxMs) throw new Error(`${what} must be within ${maxMs} ms`);
    await pause(5);
  }
  return Math.round(performance.now() - begun);
}

/** Checks that the HTTP/2 visitors of a load balancer leave before its address moves; for one host name. */
export function leavingChecks(host: string): Check[] {
  const wishes: Record<string, Http2Options> = {
    busy: { host, path: "/page", waitMs: 100 },
    idle: { host, path: "/page", waitMs: 60_000 },
    slow: { host, path: "/slow?ms=3000", waitMs: 0 },
  };
  return [
    {
      title: "HTTP/2 visitors are asked to leave, and no request of theirs fails",
      run: async () => {
        const many = Object.values(wishes).flatMap((one) => Array.from({ length: 10 }, () => one));
        const visits = await Promise.all(many.map(visitByHttp2));
        await pause(1_000);
        const begun = performance.now();
        await replaceWorker(askMaster);
        const reloadMs = Math.round(performance.now() - begun);
        const goawayMs = await took(
          () => visits.every(({ goaway }) => goaway !== undefined),
          "GOAWAY on every connection",
          300,
        );
        const goneMs = await took(
          async () => visits.every(({ isClosed }) => isClosed) && (await connections()) === 0,
          "the end of every connection",
          3_500,
        );
        assert.deepEqual([...new Set(visits.map(({ goaway }) => goaway))], [0]);
        assert.deepEqual(
          visits.flatMap(({ bad }) => bad),
          [],
        );
        const good = visits.reduce((sum, one) => sum + one.good, 0);
        return `${good} requests; reload ${reloadMs} ms, told after ${goawayMs} ms, gone after ${goneMs} ms`;
      },
    },
  ];
}

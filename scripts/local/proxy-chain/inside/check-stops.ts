import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Server } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { drainServer, enableServer } from "../../../../host/app-process/balancer";
import {
  announceStop,
  endAnnouncement,
  announceIfLast,
  withdrawStop,
} from "../../../../host/app-process/node-drain";
import type { Check } from "./results";
import { startProcess } from "./backend";
import { restart, startNginx } from "./daemons";
import { ask, load } from "./visitor";

/** Time of a slow request, milliseconds. */
const slowMs = 6_000;
/** Time in which the proxies count a node as healthy again, milliseconds. */
const noticedMs = 2_000;

/** Settings of `app-process` on the first app node. */
const settings = {
  health: { path: "/healthz", host: "localhost", timeoutSeconds: 60 },
  drainSeconds: 20,
  socket: "/run/chain-app/admin.sock",
  drainMap: "/run/chain-app/drain.map",
  sharesPort: false,
};
const ports = [3101, 3102];
const processes = new Map<number, Server>();

/** Starts the processes of both app nodes. */
export async function startOwnPorts(): Promise<void> {
  for (const port of [...ports, 3103]) processes.set(port, await startProcess(port));
}

function warn(text: string): void {
  throw new Error(text);
}

/** Stops a process as systemd does. */
async function stopProcess(port: number): Promise<void> {
  await announceIfLast(settings, String(port), warn);
  assert.equal(await drainServer(settings.socket, port, settings.drainSeconds), 0);
  const server = processes.get(port)!;
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
}

/** Starts a process as systemd does. */
async function startAgain(port: number): Promise<void> {
  processes.set(port, await startProcess(port));
  await enableServer(settings.socket, port);
  await withdrawStop(settings, String(port), warn);
}

const run = promisify(execFile);

/** Stops Nginx of the first web node by the commands of its unit; resolves with the duration, seconds. */
async function stopNginx(): Promise<number> {
  const begun = performance.now();
  const unit = readFileSync("/chain/nginx-stop.conf", "utf8");
  for (const [, command] of unit.matchAll(/^ExecStop=-(.+)$/gm)) {
    await run("/bin/sh", ["-c", command!]).catch(() => undefined);
  }
  return (performance.now() - begun) / 1_000;
}

/** Sends enough slow POST requests for each node to have some; returns their answers. */
function slowPosts(): Promise<string[]> {
  const post = async () => {
    const answer = ask(`/slow?ms=${slowMs}`, { method: "POST" }, "x=1");
    return answer.then(({ status }) => String(status)).catch((error: Error) => error.message);
  };
  return Promise.all(Array.from({ length: 8 }, post));
}

/** Checks that slow POST requests survive a planned stop of a node; resolves with the result of `stop`. */
async function outlive<T>(stop: () => Promise<T>): Promise<T> {
  const slow = slowPosts();
  await pause(300);
  const stopped = await stop();
  assert.deepEqual([...new Set(await slow)], ["200"]);
  return stopped;
}

/** Checks of planned stops of a web node, and of an app node whose processes have a port each. */
export const stopChecks: Check[] = [
  {
    title: "no request fails, also no POST of 6 s, while Nginx of a web node stops",
    run: async () => {
      let seconds = 0;
      const result = await load(async () => {
        seconds = await outlive(stopNginx);
        await run("/usr/bin/rm", ["-f", "/run/webstack-nginx/leaving"]);
        startNginx();
        await pause(noticedMs);
      });
      assert.ok(seconds > slowMs / 1_000 - 1 && seconds < 12, `the stop took ${seconds} s`);
      return `${result}, the stop took ${seconds.toFixed(1)} s`;
    },
  },
  {
    title: "no POST fails while all processes of an app node stop and start, 5 times",
    run: () =>
      load(async () => {
        for (let i = 0; i < 5; i++) {
          await Promise.all(ports.map(stopProcess));
          await pause(500);
          for (const port of ports) await startAgain(port);
          await pause(noticedMs);
        }
      }),
  },
  {
    title:
      "no POST fails while one process of an app node after the other restarts, without an announcement",
    run: () =>
      load(async () => {
        for (const port of [...ports, ...ports]) {
          await stopProcess(port);
          assert.equal(readFileSync(settings.drainMap, "utf8"), "node off\n");
          await startAgain(port);
        }
      }),
  },
  {
    title: "no POST fails while a balancer restarts whose processes are stopped",
    run: () =>
      load(async () => {
        await outlive(() => Promise.all(ports.map(stopProcess)));
        await restart("app");
        await pause(noticedMs);
        for (const port of ports) await startAgain(port);
        await pause(noticedMs);
      }),
  },
];

const shared: Server[] = [];

/** Starts a process on each of two app nodes, which listens for the web nodes' requests itself. */
export async function startShared(): Promise<void> {
  for (const host of ["127.0.3.11", "127.0.3.12"]) shared.push(await startProcess(3000, host));
}

/** Checks of planned stops where the app itself listens for the web nodes' requests. */
export const sharingChecks: Check[] = [
  {
    title: "no request fails, also no POST of 6 s, while an app stops that closes its port first",
    run: () =>
      load(async () => {
        await outlive(async () => {
          await announceStop(settings);
          const closed = once(shared[0]!, "close");
          shared[0]!.close();
          await closed;
        });
        shared[0] = await startProcess(3000, "127.0.3.11");
        await endAnnouncement(settings);
        await pause(noticedMs);
      }),
  },
];

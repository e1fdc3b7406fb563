import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { Check } from "./results";
import { nginxFilesMib, memoryMib } from "./daemons";
import { ask, bytes, send, site } from "./visitor";
import type { Seen } from "./backend";

const mib = 1_048_576;
/** Size of uploads and downloads; the variable `BYTES` overrides it. */
const large = Number(process.env.BYTES ?? 200 * mib);

/**
 * Calls `run`; returns the largest size of Nginx's files on disk, and the growth of the memory of Nginx and HAProxy,
 * MiB.
 */
async function watched(run: () => Promise<void>): Promise<{ disk: number; memory: number }> {
  const memory = () => memoryMib("nginx") + memoryMib("haproxy");
  const [before, diskBefore] = [memory(), nginxFilesMib()];
  const max = { disk: 0, memory: 0 };
  let isDone = false;
  const watch = (async () => {
    while (!isDone) {
      max.disk = Math.max(max.disk, nginxFilesMib() - diskBefore);
      max.memory = Math.max(max.memory, memory() - before);
      await pause(200);
    }
  })();
  await run().finally(() => (isDone = true));
  await watch;
  return max;
}

const summary = ({ disk, memory }: { disk: number; memory: number }) =>
  `${(large / mib).toFixed(0)} MiB, at most ${disk.toFixed(0)} MiB on disk, ${memory.toFixed(0)} MiB of memory more`;

async function upload(path: string, headers: Record<string, string | number>): Promise<string> {
  const max = await watched(async () => {
    const { status, body } = await ask(path, { method: "POST", headers }, bytes(large));
    assert.equal(status, 200, body);
    assert.equal((JSON.parse(body) as Seen).bytes, large);
  });
  assert.ok(max.disk < 60 && max.memory < 60, summary(max));
  return summary(max);
}

/** Number of received bytes, read at `mibPerSecond`; 0: as fast as they arrive. */
async function fetched(path: string, mibPerSecond = 0): Promise<number> {
  const response = await send(path);
  let read = 0;
  const begun = Date.now();
  for await (const chunk of response as AsyncIterable<Buffer>) {
    read += chunk.length;
    const dueMs = mibPerSecond === 0 ? 0 : (read / mib / mibPerSecond) * 1000;
    await pause(Math.max(0, dueMs - (Date.now() - begun)));
  }
  return read;
}

/** A connection that changed its protocol. */
async function webSocket(localAddress: string): Promise<Socket> {
  const socket = connect({ ...site, localAddress });
  // The key is the example of RFC 6455.
  const key = ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"];
  const lines = ["GET /socket HTTP/1.1", "Host: chain", "Connection: Upgrade", ...key];
  socket.write(`${[...lines, "Upgrade: WebSocket"].join("\r\n")}\r\n\r\n`);
  const [head] = (await once(socket, "data")) as [Buffer];
  assert.match(head.toString(), /^HTTP\/1.1 101 /);
  return socket;
}

/** Checks of a stack with answers of 1 s, 6 s below /long, bodies of 1 MiB and of 4096 MiB below /files. */
export const requestChecks: Check[] = [
  {
    title: "an answer that is late is told of by Nginx",
    run: async () => {
      const { status, body, tookMs } = await ask("/slow?ms=4000");
      assert.equal(status, 504);
      assert.match(body, /nginx/);
      assert.ok(tookMs > 900 && tookMs < 3000, `${tookMs} ms`);
    },
  },
  {
    title: "an answer may take as long as its path may",
    run: async () => {
      const { status, tookMs } = await ask("/long/slow?ms=2500");
      assert.equal(status, 200);
      return `${tookMs.toFixed(0)} ms`;
    },
  },
  {
    title: "each event of a stream goes out at once",
    run: async () => {
      const response = await send("/events?count=10&everyMs=400");
      assert.equal(response.headers["content-type"], "text/event-stream");
      assert.equal(response.headers["x-accel-buffering"], undefined);
      const late: number[] = [];
      for await (const chunk of response as AsyncIterable<Buffer>) {
        for (const [, at] of chunk.toString().matchAll(/data: (\d+)/g)) {
          late.push(Date.now() - Number(at));
        }
      }
      assert.equal(late.length, 10);
      late.sort((a, b) => a - b);
      assert.ok(late[5]! < 100, `${late.join(", ")} ms late`);
      return `median ${late[5]} ms, longest ${late[9]} ms after it was said`;
    },
  },
  {
    title: "a large body with a length passes, and is kept nowhere",
    run: () => upload("/files/a", { "Content-Length": large }),
  },
  {
    title: "a large body without a length passes, and is kept nowhere",
    run: () => upload("/files/b", {}),
  },
  {
    title: "a client that asks first whether it may send a large body is told so at once",
    run: async () => {
      const headers = { "Content-Length": large, Expect: "100-continue" };
      const begun = performance.now();
      const socket = connect(site.port, site.host);
      const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
      socket.write(`POST /files/c HTTP/1.1\r\nHost: chain\r\n${head.join("\r\n")}\r\n\r\n`);
      const [chunk] = (await once(socket, "data")) as [Buffer];
      socket.destroy();
      assert.match(chunk.toString(), /^HTTP\/1.1 100 /);
      return `${(performance.now() - begun).toFixed(0)} ms`;
    },
  },
  {
    title: "a body that is too large for its path is refused",
    run: async () => {
      const refused = await ask("/small", { method: "POST" }, "x".repeat(2 * mib));
      assert.equal(refused.status, 413);
    },
  },
  {
    title: "a body of usual size is complete before the app sees it",
    run: async () => {
      const { status, body } = await ask("/small", { method: "POST" }, "x".repeat(mib - 1));
      assert.equal(status, 200);
      const { headers } = JSON.parse(body) as Seen;
      assert.deepEqual(
        headers.find(([name]) => name === "content-length"),
        ["content-length", String(mib - 1)],
      );
    },
  },
  {
    title: "a large answer passes, and little of it is kept",
    run: async () => {
      const max = await watched(async () => {
        assert.equal(await fetched(`/download?bytes=${large}`), large);
      });
      assert.ok(max.disk < 20 && max.memory < 60, summary(max));
      return summary(max);
    },
  },
  {
    title:
      "a slow client gets all of an answer, though the app has to wait longer than an answer may pause",
    run: async () => {
      const size = 16 * mib;
      const begun = Date.now();
      const { disk } = await watched(async () => {
        assert.equal(await fetched(`/download?bytes=${size}`, 0.8), size);
      });
      assert.ok(disk < 10, `${disk} MiB on disk`);
      return `${((Date.now() - begun) / 1000).toFixed(0)} s, ${disk.toFixed(0)} MiB on disk`;
    },
  },
  {
    title: "a WebSocket may be silent for longer than an answer may take",
    run: async () => {
      const socket = await webSocket("127.0.0.1");
      for (const silentMs of [0, 9000]) {
        await pause(silentMs);
        socket.write("hello");
        const [echoed] = (await once(socket, "data")) as [Buffer];
        assert.equal(echoed.toString(), "hello");
      }
      socket.destroy();
    },
  },
  {
    title: "WebSockets take no place of a request",
    run: async () => {
      const sockets: Socket[] = [];
      for (let n = 0; n < 700; n++) sockets.push(await webSocket(`127.9.1.${1 + (n % 4)}`));
      const { status, tookMs } = await ask("/small");
      for (const socket of sockets) socket.destroy();
      assert.equal(status, 200);
      return `${sockets.length} of them, and an answer in ${tookMs.toFixed(0)} ms`;
    },
  },
];

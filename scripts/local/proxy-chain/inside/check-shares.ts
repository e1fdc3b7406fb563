import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { Crowd, socketByHttp2 } from "./crowd";
import type { Check } from "./results";
import { printed } from "./daemons";
import { ask, from, site } from "./visitor";

const post = { ":method": "POST", ":path": "/page" };
/** More than a buffer of HAProxy, so that the request goes to a web node before its body is complete. */
const muchOfBody = Buffer.alloc(32 * 1024, "x");
const stream = { ":path": "/events?count=1&everyMs=60000", accept: "text/event-stream" };

/** Statuses and longest time of visitors that come one after the other, one each 200 ms. */
async function visitors(path = "/page"): Promise<string> {
  let longest = 0;
  for (let n = 0; n < 10; n++) {
    const { status, tookMs } = await ask(path, from("127.9.3.9"));
    assert.equal(status, 200, `visitor ${n + 1} got ${status} after ${tookMs.toFixed(0)} ms`);
    longest = Math.max(longest, tookMs);
    await pause(200);
  }
  assert.ok(longest < 1_000, `${longest.toFixed(0)} ms`);
  return `others are served in at most ${longest.toFixed(0)} ms`;
}

/** Checks of a stack with one web node, 512 places for requests and 1400 for those that last. */
export const shareChecks: Check[] = [
  {
    title: "one client has a quarter of the places of requests, and others are served",
    run: async () => {
      const crowd = new Crowd("127.9.3.1");
      await crowd.send(600, post, muchOfBody);
      const counts = crowd.counts();
      const seen = await visitors();
      const refused = crowd.requests.find(({ status }) => status === 429);
      await crowd.end();
      assert.deepEqual(counts, { 0: 128, 429: 472 });
      assert.equal(refused?.headers?.["retry-after"], "10");
      return seen;
    },
  },
  {
    title: "few of these refusals are logged",
    run: async () => {
      const lines = printed().filter((line) => line.startsWith("127.9.3.1:"));
      const refused = lines.filter((line) => line.includes(" 429 ")).length;
      assert.ok(refused < 25, `${refused} lines`);
      return `${refused} lines on 472 refusals`;
    },
  },
  {
    title: "its places are free again when its requests end, and the other one's are its own",
    run: async () => {
      const [first, second] = [new Crowd("127.9.3.1"), new Crowd("127.9.3.2")];
      await first.send(100, post, muchOfBody);
      await second.send(100, post, muchOfBody);
      const counts = [first.counts(), second.counts()];
      await Promise.all([first.end(), second.end()]);
      assert.deepEqual(counts, [{ 0: 100 }, { 0: 100 }]);
    },
  },
  {
    title: "an IPv6 network of 64 bits is one client",
    run: async () => {
      const [first, second] = [new Crowd("2001:db8:1::1"), new Crowd("2001:db8:1::2")];
      await first.send(100, post, muchOfBody);
      await second.send(100, post, muchOfBody);
      const counts = second.counts();
      await Promise.all([first.end(), second.end()]);
      assert.deepEqual(counts, { 0: 28, 429: 72 });
    },
  },
  {
    title: "a body that does not come takes no place of a web node, and ends after 30 s with 408",
    run: async () => {
      const crowds = Array.from({ length: 5 }, (_, n) => new Crowd(`127.9.4.${n + 1}`));
      for (const crowd of crowds) await crowd.send(120, post, Buffer.from("x"));
      const counts = crowds.map((crowd) => crowd.counts());
      const seen = await visitors();
      await pause(30_000);
      const after = crowds.map((crowd) => crowd.counts());
      await Promise.all(crowds.map((crowd) => crowd.end()));
      assert.deepEqual(counts, Array(5).fill({ 0: 120 }));
      assert.deepEqual(after, Array(5).fill({ 408: 120 }));
      return seen;
    },
  },
  {
    title: "event streams take no place of a request, and one client has a quarter of theirs",
    run: async () => {
      const crowds = Array.from({ length: 4 }, (_, n) => new Crowd(`127.9.5.${n + 1}`));
      for (const crowd of crowds.slice(1)) await crowd.send(200, stream);
      await crowds[0]!.send(400, stream);
      const [counts, others] = [crowds[0]!.counts(), crowds[1]!.counts()];
      const seen = await visitors();
      await Promise.all(crowds.map((crowd) => crowd.end()));
      assert.deepEqual([counts, others], [{ 0: 350, 429: 50 }, { 0: 200 }]);
      return `950 of them; ${seen}`;
    },
  },
  {
    title: "neither do requests to a path without buffering, but those to a buffered path in it",
    run: async () => {
      const [streamed, buffered] = [new Crowd("127.9.6.1"), new Crowd("127.9.6.2")];
      await streamed.send(300, { ...post, ":path": "/live/room" }, Buffer.from("x"));
      await buffered.send(300, { ...post, ":path": "/live/kept/room" }, muchOfBody);
      const counts = [streamed.counts(), buffered.counts()];
      await Promise.all([streamed.end(), buffered.end()]);
      assert.deepEqual(counts, [{ 0: 300 }, { 0: 128, 429: 172 }]);
    },
  },
  {
    title: "a request with a body has no place of an event stream, whatever it accepts",
    run: async () => {
      const [posts, gets] = [new Crowd("127.9.6.3"), new Crowd("127.9.6.5")];
      await posts.send(200, { ...post, accept: "text/event-stream" }, muchOfBody);
      await gets.send(20, stream, muchOfBody);
      const counts = [posts.counts(), gets.counts()];
      await Promise.all([posts.end(), gets.end()]);
      assert.deepEqual(counts, [{ 0: 128, 429: 72 }, { 400: 20 }]);
    },
  },
  {
    title: "a WebSocket over HTTP/2 is not waited for as for a body",
    run: async () => {
      assert.deepEqual(await socketByHttp2("127.9.6.6"), { status: 200, echoed: "hello" });
    },
  },
  {
    title: "a body whose beginning comes in pieces passes whole",
    run: async () => {
      const socket = connect({ ...site, localAddress: "127.9.6.4" });
      const head = ["POST /page HTTP/1.1", "Host: chain", "Content-Length: 6", "Connection: close"];
      socket.write(`${head.join("\r\n")}\r\n\r\n`);
      for (const piece of ["ab", "cd", "ef"]) {
        await pause(2_000);
        socket.write(piece);
      }
      const [answer] = (await once(socket, "data")) as [Buffer];
      socket.destroy();
      assert.match(answer.toString(), /^HTTP\/1.1 200 [^]*"bytes":6/);
    },
  },
];

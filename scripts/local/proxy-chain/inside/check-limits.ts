import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { Agent, type RequestOptions } from "node:http";
import type { Check } from "./results";
import { printed } from "./daemons";
import { type Answer, ask, from, secondSite, site } from "./visitor";

/**
 * Sends `count` requests one after the other on one connection; returns the number of passed ones, and the last
 * refusal.
 */
async function burst(count: number, options: RequestOptions) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let passed = 0;
  let refusal: Answer | undefined;
  for (let n = 0; n < count; n++) {
    const answer = await ask("/page", { agent, ...options });
    if (answer.status === 200) passed += 1;
    else refusal = answer;
  }
  agent.destroy();
  return { passed, refusal };
}

/** Status of the first answer that is not 503: on a busy machine a load balancer may mark its web node as down. */
async function served(options: RequestOptions): Promise<number> {
  for (const end = Date.now() + 10_000; ; await pause(250)) {
    const { status } = await ask("/page", options);
    if (status !== 503 || Date.now() > end) return status;
  }
}

/** Opens `count` silent connections; returns those that are still open after a while. */
async function held(count: number, localAddress: string): Promise<Socket[]> {
  const open = new Set<Socket>();
  for (let n = 0; n < count; n++) {
    const socket = connect({ ...site, localAddress });
    open.add(socket);
    socket.on("error", () => undefined).on("close", () => open.delete(socket));
    socket.resume();
    if (n % 10 === 9) await pause(20);
  }
  await pause(500);
  return [...open];
}

/** Checks of a stack with 20 requests a second and 30 connections for a client, that trusts 127.10.0.0/16. */
export const limitChecks: Check[] = [
  {
    title: "what is over a client's limit gets 429 and when to come again, and others are served",
    run: async () => {
      const { passed, refusal } = await burst(100, from("127.9.0.1"));
      assert.equal(refusal?.status, 429);
      assert.equal(refusal.headers["retry-after"], "10");
      assert.equal(refusal.body, "Too many requests\n");
      assert.ok(passed >= 30 && passed < 60, `${passed} passed`);
      assert.equal((await ask("/page", from("127.9.0.2"))).status, 200);
      return `${passed} of 100 passed`;
    },
  },
  {
    title: "the other load balancer knows of it at once",
    run: async () => {
      const other = { ...secondSite, localAddress: "127.9.0.1" };
      await pause(1_000);
      assert.equal((await ask("/page", other)).status, 429);
      assert.equal(await served({ ...other, localAddress: "127.9.0.3" }), 200);
    },
  },
  {
    title: "few of the refusals are logged here, and nothing that passed, which Nginx logs",
    run: async () => {
      const before = printed().length;
      const { passed } = await burst(400, from("127.9.0.4"));
      await pause(500);
      const lines = printed()
        .slice(before)
        .filter((line) => line.startsWith("127.9.0.4:"));
      const refused = lines.filter((line) => line.includes(" 429 ")).length;
      assert.equal(lines.length - refused, 0);
      assert.ok(refused < 20, `${refused} lines on refusals`);
      return `${refused} lines on ${400 - passed} refusals`;
    },
  },
  {
    title: "a client behind a trusted proxy has a limit of its own",
    run: async () => {
      const behind = (client: string) => ({
        ...from("127.10.0.1"),
        headers: { "X-Forwarded-For": client },
      });
      assert.equal((await burst(100, behind("198.51.100.1"))).refusal?.status, 429);
      assert.equal((await ask("/page", behind("198.51.100.2"))).status, 200);
    },
  },
  {
    title: "an IPv6 client is its network of 64 bits",
    run: async () => {
      await burst(60, from("2001:db8:1::1"));
      assert.equal((await ask("/page", from("2001:db8:1::2"))).status, 429);
      assert.equal((await ask("/page", from("2001:db8:2::1"))).status, 200);
    },
  },
  {
    title: "the other load balancer's own questions are not counted",
    run: async () => {
      const { refusal } = await burst(150, from("127.11.0.1"));
      assert.equal(refusal, undefined);
    },
  },
  {
    title: "a client is served again when it has been quiet for a while",
    run: async () => {
      assert.equal((await burst(40, from("127.9.0.9"))).refusal?.status, 429);
      const waited = Date.now();
      for (const end = waited + 30_000; Date.now() < end; await pause(500)) {
        if ((await ask("/page", from("127.9.0.9"))).status !== 200) continue;
        return `after ${((Date.now() - waited) / 1000).toFixed(1)} s`;
      }
      throw new Error("still refused after 30 s");
    },
  },
  {
    title: "more connections than requests that are allowed are closed before anything is said",
    run: async () => {
      const ends: string[] = [];
      for (let n = 0; n < 230; n++) {
        const answer = await ask("/page", from("127.9.0.11")).catch((error: Error) => error);
        ends.push("status" in answer ? String(answer.status) : answer.message);
      }
      const [early, late] = [ends.slice(0, 200), ends.slice(200)];
      assert.ok(!early.some((end) => end.includes("ECONNRESET")), early.at(-1));
      assert.ok(
        late.slice(1).every((end) => end.includes("ECONNRESET")),
        late.join(" "),
      );
    },
  },
  {
    title: "one address has its share of connections, and a trusted proxy those of all its clients",
    run: async () => {
      const [one, proxy] = [await held(60, "127.9.0.8"), await held(60, "127.10.0.9")];
      for (const socket of [...one, ...proxy]) socket.destroy();
      assert.deepEqual([one.length, proxy.length], [30, 60]);
    },
  },
];

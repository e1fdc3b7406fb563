import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Agent } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { Check } from "./results";
import { printed, reload } from "./daemons";
import { ask, load } from "./visitor";

/** Ports behind the load balancers on one host: two of Nginx, two of the app's balancer. */
const ports = { clear: [8080, 3000], tls: [8443, 3443] };

/**
 * Number of open connections from this host to a port of another node's address.
 *
 * https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html
 */
function connectionsTo(port: number): number {
  const ending = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const established = "01";
  return readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , remote = "", state]) => remote.endsWith(ending) && state === established)
    .filter(([, , remote = ""]) => !remote.startsWith("0100007F")).length;
}

/** The order of an `up`: first the protocol of the web nodes' connections changes, then that of the load balancers'. */
async function change(to: "clear" | "encrypted"): Promise<void> {
  for (const name of ["app-proxy", "edge-1"]) {
    await reload(name, `/chain/${to}/${name}.cfg`);
    await pause(3_000);
  }
}

/** Checks of a stack whose tiers connect with TLS. */
export const encryptedChecks: Check[] = [
  {
    title: "a request passes load balancer, web node and app node over TLS alone",
    run: async () => {
      const agent = new Agent({ keepAlive: true });
      for (let i = 0; i < 5; i++) assert.equal((await ask("/page", { agent })).status, 200);
      // The request after the first one waits while the connections are counted.
      const slow = ask("/slow?ms=500", { agent });
      await pause(200);
      assert.deepEqual(ports.clear.map(connectionsTo), [0, 0]);
      for (const port of ports.tls) assert.ok(connectionsTo(port) > 0, `nothing on ${port}`);
      await slow;
      agent.destroy();
    },
  },
  {
    title: "requests of one visitor's connection need no further handshake",
    run: async () => {
      const agent = new Agent({ keepAlive: true });
      await ask("/page", { agent });
      const times: number[] = [];
      for (let i = 0; i < 20; i++) times.push((await ask("/page", { agent })).tookMs);
      agent.destroy();
      const median = times.sort((a, b) => a - b)[10]!;
      assert.ok(median < 20, `half of them took more than ${median} ms`);
      return `${median.toFixed(1)} ms`;
    },
  },
  {
    title: "the app sees no difference: addresses, names and schemes are those of the visitor",
    run: async () => {
      const { body } = await ask("/page", { headers: { Host: "www.chain.test" } });
      const headers = new Map((JSON.parse(body) as { headers: [string, string][] }).headers);
      assert.equal(headers.get("host"), "www.chain.test");
      assert.equal(headers.get("x-forwarded-proto"), "http");
      assert.equal(headers.get("x-forwarded-for"), headers.get("x-real-ip"));
    },
  },
  {
    title: "no request fails while the tiers change to clear text and back to TLS",
    run: async () => {
      let open: number[] = [];
      const result = await load(async () => {
        await change("clear");
        open = ports.clear.map(connectionsTo);
        await change("encrypted");
        open.push(...ports.tls.map(connectionsTo));
      });
      for (const number of open) assert.ok(number > 0, open.join(", "));
      return result;
    },
  },
];

/** Checks of a stack in which a web node has the certificate of another node. */
export const misnamedChecks: Check[] = [
  {
    title: "a web node with the certificate of another node gets no request",
    run: async () => {
      const refusal = /Server web\/web-9 is DOWN, reason: Layer6 .*/;
      const end = Date.now() + 10_000;
      while (!printed().some((line) => refusal.test(line)) && Date.now() < end) await pause(100);
      const found = printed().find((line) => refusal.test(line));
      assert.ok(found, `no health check was refused: ${printed().slice(-10).join("; ")}`);
      assert.equal((await ask("/page")).status, 503);
      return refusal.exec(found)![0];
    },
  },
];

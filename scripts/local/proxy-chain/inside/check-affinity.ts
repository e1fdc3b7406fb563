import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { drainServer, enableServer } from "../../../../host/app-process/balancer";
import { type Seen, startProcess } from "./backend";
import { headerIn } from "./check-clients";
import { restart, start } from "./daemons";
import type { Check } from "./results";
import { ask, from, secondSite, site } from "./visitor";

/** Ports of the processes: two of the first app node, one of the second. */
const ports = { first: [3101, 3102], second: 3103 };
const balancerSocket = "/run/chain-app/admin.sock";
/** Time in which the proxies notice that a node is away or back, milliseconds. */
const noticedMs = 2_500;
/** A trusted proxy, whose word on a client is believed. */
const trusted = from("127.10.0.1");
const processes = new Map<number, Server>();

/** Starts the processes of both app nodes. */
export async function startAffine(): Promise<void> {
  for (const port of [...ports.first, ports.second]) {
    processes.set(port, await startProcess(port));
  }
}

/** Clients with addresses of both families. */
const clients = Array.from({ length: 120 }, (_, i) => [
  `203.${i % 7}.${(i * 31) % 256}.${i + 1}`,
  `2001:db8:${(i * 17).toString(16)}:${i.toString(16)}::5`,
]).flat();

/** What the app saw of a request that a trusted proxy sent for a client. */
async function seenOf(client: string, options: object = trusted): Promise<Seen> {
  const headers = { "X-Forwarded-For": client };
  const { status, body } = await ask("/page", { ...options, headers });
  assert.equal(status, 200, `${client}: ${body}`);
  return JSON.parse(body) as Seen;
}

/** The process of each client. */
async function choices(options?: object): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const client of clients) found.set(client, (await seenOf(client, options)).port);
  return found;
}

function assertSame(before: Map<string, number>, now: Map<string, number>): void {
  const moved = clients.filter((client) => now.get(client) !== before.get(client));
  assert.equal(moved.length, 0, `${moved.length} of ${clients.length} clients have moved`);
}

/** Clients whose process is another one now. @throws AssertionError if one of another process than `left` has moved. */
function movedFrom(left: readonly number[], before: Map<string, number>, now: Map<string, number>) {
  const moved = clients.filter((client) => now.get(client) !== before.get(client));
  for (const client of moved) assert.ok(left.includes(before.get(client)!), `${client} has moved`);
  const all = clients.filter((client) => left.includes(before.get(client)!));
  assert.equal(moved.length, all.length, "a client is still at a process that has left");
  return `${moved.length} of ${clients.length} clients moved`;
}

/** Process that gets a client's WebSocket. */
async function processOfSocket(localAddress: string): Promise<number> {
  const socket = connect({ ...site, localAddress });
  const key = ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"];
  const upgrade = ["Host: site.example", "Connection: Upgrade", "Upgrade: websocket", ...key];
  socket.write(`${["GET /socket HTTP/1.1", ...upgrade].join("\r\n")}\r\n\r\n`);
  await once(socket, "data");
  socket.destroy();
  const { body } = await ask("/last-upgrade");
  return (JSON.parse(body) as Seen).port;
}

/** Starts a proxy of another web node, with the servers in the opposite order. */
async function startOtherProxy(folder: string, port: number): Promise<object> {
  const path = `/tmp/other-proxy-${port}.cfg`;
  const file = readFileSync(`/chain/${folder}app-proxy.cfg`, "utf8")
    .replace("127.0.0.1:3000", `127.0.0.1:${port}`)
    .replace("127.0.0.1:8404", `127.0.0.1:${port + 1}`)
    .replace("/run/chain-proxy-", `/run/chain-other-${port}-`);
  const turned = file.replace(/^( *server app-1 .*\n)( *server app-2 .*\n)/gm, "$2$1");
  assert.notEqual(turned, file, "the file has no two servers in order");
  writeFileSync(path, turned);
  start("/usr/sbin/haproxy", ["-f", path]);
  await pause(noticedMs);
  return { host: "127.0.0.1", port };
}

/** Checks of a stack whose app gets all requests of a client at one process. */
export const affinityChecks: Check[] = [
  {
    title: "a client's requests reach one process, by either load balancer and either web node",
    run: async () => {
      // A proxy that started before its servers counts them as down for a moment.
      await pause(noticedMs);
      const seenBy = new Set<string>();
      for (let i = 1; i <= 40; i++) {
        const localAddress = `127.9.0.${i}`;
        const found = new Set<number>();
        for (const options of [site, secondSite, site, secondSite]) {
          for (const method of ["GET", "POST"]) {
            const { body } = await ask("/page", { ...options, localAddress, method });
            const seen = JSON.parse(body) as Seen;
            found.add(seen.port);
            seenBy.add(`${headerIn(seen, "x-webstack-lb")} ${headerIn(seen, "x-webstack-web")}`);
          }
        }
        found.add((await seenOf(localAddress)).port);
        if (i <= 10) found.add(await processOfSocket(localAddress));
        assert.equal(found.size, 1, `${localAddress} reached ${[...found].join(", ")}`);
      }
      assert.deepEqual([...seenBy].sort(), [
        ...["lb-1 web-1", "lb-1 web-2"],
        ...["lb-2 web-1", "lb-2 web-2"],
      ]);
    },
  },
  {
    title: "clients are spread over all processes, and those of each node over its own",
    run: async () => {
      const all = [...(await choices()).values()];
      const shares = [...ports.first, ports.second].map((port) => [
        port,
        all.filter((one) => one === port).length,
      ]);
      // A fair share is a quarter for a process of the first node, and half for that of the second.
      for (const [port, count] of shares) assert.ok(count! >= clients.length / 8, `${port}`);
      return shares.map(([port, count]) => `${port}: ${count}`).join(", ");
    },
  },
  {
    title: "all addresses of an IPv6 network of 64 bits are one client",
    run: async () => {
      const found = new Set<number>();
      for (let i = 1; i <= 40; i++) found.add((await seenOf(`2001:db8:77:1::${i * 97}`)).port);
      assert.equal(found.size, 1);
    },
  },
  {
    title:
      "another web node chooses the same process, also over TLS and with servers in another order",
    run: async () => {
      const before = await choices();
      for (const [folder, port] of [
        ["", 9010],
        ["encrypted/", 9020],
      ] as const) {
        assertSame(before, await choices(await startOtherProxy(folder, port)));
      }
      for (const name of ["app-proxy", "app", "app-2"]) await restart(name);
      await pause(noticedMs);
      assertSame(before, await choices());
    },
  },
  {
    title: "a process that drains moves its own clients alone, and has them again afterwards",
    run: async () => {
      const before = await choices();
      await drainServer(balancerSocket, 3101, 20);
      const moved = movedFrom([3101], before, await choices());
      await enableServer(balancerSocket, 3101);
      assertSame(before, await choices());
      return moved;
    },
  },
  {
    title: "a node whose processes die moves its own clients alone, and no GET fails meanwhile",
    run: async () => {
      const before = await choices();
      for (const port of ports.first) {
        const server = processes.get(port)!;
        server.close();
        server.closeAllConnections();
      }
      const moved = movedFrom(ports.first, before, await choices());
      await pause(noticedMs);
      movedFrom(ports.first, before, await choices());
      for (const port of ports.first) processes.set(port, await startProcess(port));
      await pause(noticedMs);
      assertSame(before, await choices());
      return moved;
    },
  },
];

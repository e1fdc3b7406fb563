import { fork } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { Agent, type AgentOptions, request as httpRequest } from "node:http";
import { Agent as TlsAgent, request as httpsRequest } from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import { startBackend } from "./backend";
import { reload, startDaemons } from "./daemons";
import { defaultChain, startDefaultChain } from "./default-chain";
import type { Figures } from "./results";

/** Requests at once. */
const concurrency = 16;
/** The app answers after a millisecond. */
const path = "/slow?ms=1";
const rounds = 3;
const appPort = 3101;

interface Way {
  from: Figures["from"];
  isDefault?: true;
  tls: boolean;
  host: string;
  port: number;
}

function ways(innerTls: boolean): Way[] {
  return [
    { from: "app", tls: false, host: "127.0.0.1", port: appPort },
    { from: "balancer", tls: innerTls, host: "127.0.3.11", port: innerTls ? 3443 : 3000 },
    { from: "Nginx", tls: innerTls, host: "127.0.2.11", port: innerTls ? 8443 : 8080 },
    { from: "load balancer", tls: false, host: "127.0.0.9", port: 80 },
    { from: "load balancer, HTTPS", tls: true, host: "127.0.0.9", port: 443 },
  ];
}

/** The same with the configurations of the packages. */
const defaultWays: readonly Way[] = [
  { from: "Nginx", isDefault: true, tls: false, ...defaultChain.web },
  { from: "load balancer", isDefault: true, tls: false, ...defaultChain.edge },
  { from: "load balancer, HTTPS", isDefault: true, tls: true, ...defaultChain.edgeTls },
];

/** Processor time that HAProxy and Nginx have used, microseconds; the kernel counts in hundredths of a second. */
function proxiesMicros(): number {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const ticks = pids.map((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      if (!/\((haproxy|nginx)\)/.test(stat)) return 0;
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return Number(fields[11]) + Number(fields[12]);
    } catch {
      return 0;
    }
  });
  return ticks.reduce((sum, one) => sum + one, 0) * 10_000;
}

function agentOf({ tls }: Way, options: AgentOptions): Agent {
  return tls ? new TlsAgent({ ...options, rejectUnauthorized: false }) : new Agent(options);
}

/** Sends requests for `seconds`, and returns the measurements. */
async function measured(way: Way, innerTls: boolean, keepAlive: boolean, seconds: number) {
  const agent = agentOf(way, { keepAlive, maxSockets: concurrency });
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  const before = proxiesMicros();
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (performance.now() < end) times.push(await once(way, agent));
    }),
  );
  const tookSeconds = (performance.now() - begun) / 1000;
  const cpuMicros = (proxiesMicros() - before) / times.length;
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (part: number) => times[Math.floor(times.length * part)] ?? Number.NaN;
  const numbers = { perSecond: times.length / tookSeconds, p50: at(0.5), p99: at(0.99), cpuMicros };
  return { from: way.from, isDefault: way.isDefault ?? false, innerTls, keepAlive, ...numbers };
}

/** Milliseconds until the whole answer is there. @throws Error if its status is not 200. */
function once({ tls, host, port }: Way, agent: Agent): Promise<number> {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const call = (tls ? httpsRequest : httpRequest)({ host, port, path, agent }, (response) => {
      response.resume();
      response.on("end", () => {
        if (response.statusCode === 200) resolve(performance.now() - begun);
        else reject(new Error(`${host}:${port} answered ${response.statusCode}`));
      });
    });
    call.on("error", reject);
    call.end();
  });
}

/** Resolves once a path to the app answers. @throws Error with the last reason after 20 s. */
async function answering(way: Way): Promise<void> {
  for (const end = Date.now() + 20_000; ; await pause(100)) {
    try {
      return void (await once(way, agentOf(way, {})));
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}

async function main([role = "", text = "2"]: string[]): Promise<void> {
  if (role === "app") return void (await startBackend(appPort));
  const app = fork(process.argv[1]!, ["app"]);
  await startDaemons("/chain", 200);
  startDefaultChain(appPort);
  for (const way of defaultWays) await answering(way);
  for (let round = 0; round < rounds; round++) {
    for (const innerTls of [false, true]) {
      const folder = innerTls ? "encrypted" : "clear";
      for (const name of ["app-proxy", "edge-1"])
        await reload(name, `/chain/${folder}/${name}.cfg`);
      await pause(3_000);
      for (const way of [...ways(innerTls), ...(innerTls ? [] : defaultWays)]) {
        for (const keepAlive of [true, false]) {
          const figures = await measured(way, innerTls, keepAlive, Number(text));
          console.log(JSON.stringify(figures satisfies Figures));
        }
      }
    }
  }
  app.kill();
  process.exit(0);
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});

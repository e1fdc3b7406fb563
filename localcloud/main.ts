import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { getRequestListener } from "@hono/node-server";
import { Actions } from "./actions";
import { apiApp } from "./app";
import { behaviourOn, defaultApiDate, type Behaviour } from "./behaviour";
import { systemClock } from "./clock";
import type { Cloud } from "./cloud";
import { destroyState } from "./destroy";
import { ApiFaults } from "./faults/api-faults";
import { controlApp } from "./faults/control";
import { Faults } from "./faults/faults";
import { MachineFaults } from "./faults/machine-faults";
import { DockerDriver } from "./machines/docker-driver";
import type { MachineDriver } from "./machines/driver";
import { MemoryDriver } from "./machines/memory-driver";
import { reconcile } from "./reconcile";
import { Store } from "./store";

const usage = `usage: main serve --state DIR --port N --tokens FILE --driver docker|memory [--image TAG]
         [--actions async|instant] [--rate-limit on|off] [--api-date YYYY-MM-DD]
         [--control-port N]
       main destroy --state DIR`;

interface Settings {
  state: string;
  /** 0: any free one. */
  port: number;
  tokens: string[];
  driver: MachineDriver;
  actions: "async" | "instant";
  rateLimit: boolean;
  behaviour: Behaviour;
  /** Of the API that injects faults; absent: there is none. */
  controlPort: number | undefined;
}

const options = {
  state: { type: "string" },
  port: { type: "string" },
  tokens: { type: "string" },
  driver: { type: "string" },
  image: { type: "string" },
  actions: { type: "string", default: "async" },
  "rate-limit": { type: "string", default: "on" },
  "api-date": { type: "string", default: defaultApiDate },
  "control-port": { type: "string" },
} as const;

function settings(args: string[]): Settings {
  const { values } = parseArgs({ args, options });
  const { state, port, tokens, driver, image, actions, "rate-limit": limit } = values;
  const control = values["control-port"];
  if (control !== undefined && !/^\d+$/.test(control)) throw new Error(usage);
  if (!state || !/^\d+$/.test(port ?? "") || !tokens) throw new Error(usage);
  if (driver !== "docker" && driver !== "memory") throw new Error(usage);
  if (driver === "docker" && !image) throw new Error("--driver docker needs --image TAG");
  if (actions !== "async" && actions !== "instant") throw new Error(usage);
  if (limit !== "on" && limit !== "off") throw new Error(usage);
  if (!/^\d{4}-\d\d-\d\d$/.test(values["api-date"])) throw new Error(usage);
  return {
    state,
    port: Number(port),
    tokens: readTokens(tokens),
    driver: image && driver === "docker" ? new DockerDriver({ state, image }) : new MemoryDriver(),
    actions,
    rateLimit: limit === "on",
    behaviour: behaviourOn(values["api-date"]),
    controlPort: control === undefined ? undefined : Number(control),
  };
}

function readTokens(file: string): string[] {
  const lines = readFileSync(file, "utf8").split("\n");
  const tokens = lines.filter((line) => line !== "");
  const wrong = lines.findIndex((line) => line !== "" && line.length !== 64);
  if (tokens.length === 0 || wrong >= 0) {
    const which = wrong >= 0 ? `line ${wrong + 1} is none` : "it is empty";
    throw new Error(`${file} must hold one token of 64 characters a line; ${which}`);
  }
  return tokens;
}

function listen(server: Server, where: object | string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(where, () => resolve());
  });
}

async function serve(args: string[]): Promise<void> {
  const { state, port, tokens, driver, actions: mode, ...rest } = settings(args);
  const { rateLimit, behaviour, controlPort } = rest;
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const store = new Store(state);
  const clock = systemClock;
  const apiFaults = new ApiFaults();
  const actions = new Actions(store, mode, clock, (command) => apiFaults.fateOf(command));
  const cloud: Cloud = { store, driver, actions, clock, behaviour };
  const app = apiApp(cloud, { tokens, rateLimit, faults: apiFaults });
  const servers = [
    createServer(getRequestListener(app.fetch)),
    createServer(getRequestListener(app.fetch)),
  ];
  const socket = join(state, "api.sock");
  rmSync(socket, { force: true });
  await driver.start();
  await reconcile(cloud);
  await listen(servers[0]!, { host: "127.0.0.1", port });
  await listen(servers[1]!, socket);
  if (controlPort !== undefined) {
    const machines = driver instanceof DockerDriver ? new MachineFaults(state) : undefined;
    const control = controlApp(new Faults(cloud, apiFaults, machines));
    const server = createServer(getRequestListener(control.fetch));
    await listen(server, { host: "127.0.0.1", port: controlPort });
  }
  writeFileSync(join(state, "pid"), String(process.pid));
  const { port: listening } = servers[0]!.address() as AddressInfo;
  console.log(`listening on http://127.0.0.1:${listening}/v1`);
  const stop = () => {
    store.flush();
    rmSync(join(state, "pid"), { force: true });
    void driver.close().finally(() => process.exit(0));
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

async function main(): Promise<void> {
  const [command, ...args] = process.argv.slice(2);
  if (command === "serve") return serve(args);
  if (command !== "destroy") throw new Error(usage);
  const { values } = parseArgs({ args, options: { state: { type: "string" } } });
  if (!values.state) throw new Error(usage);
  await destroyState(values.state);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

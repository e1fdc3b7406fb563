import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { getRequestListener } from "@hono/node-server";
import { Actions } from "./actions";
import { apiApp } from "./app";
import type { Cloud } from "./cloud";
import { destroyState } from "./destroy";
import { DockerDriver } from "./machines/docker-driver";
import type { MachineDriver } from "./machines/driver";
import { MemoryDriver } from "./machines/memory-driver";
import { reconcile } from "./reconcile";
import { Store } from "./store";

const usage = `usage: main serve --state DIR --port N --tokens FILE --driver docker|memory [--image TAG] [--actions async|instant]
       main destroy --state DIR`;

interface Settings {
  state: string;
  port: number;
  tokens: string[];
  driver: MachineDriver;
  actions: "async" | "instant";
}

function settings(args: string[]): Settings {
  const { values } = parseArgs({
    args,
    options: {
      state: { type: "string" },
      port: { type: "string" },
      tokens: { type: "string" },
      driver: { type: "string" },
      image: { type: "string" },
      actions: { type: "string", default: "async" },
    },
  });
  const { state, port, tokens, driver, image, actions } = values;
  if (!state || !port || !tokens || !driver) throw new Error(usage);
  const list = readFileSync(tokens, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  const wrong = list.findIndex((token) => token.length !== 64);
  if (list.length === 0 || wrong >= 0) {
    throw new Error(
      `${tokens} must hold one token of 64 characters a line; line ${wrong + 1} is none`,
    );
  }
  if (driver === "docker" && !image) throw new Error("--driver docker needs --image TAG");
  if (actions !== "async" && actions !== "instant") throw new Error(usage);
  return {
    state,
    port: Number(port),
    tokens: list,
    driver:
      driver === "memory" ? new MemoryDriver() : new DockerDriver({ state, image: image ?? "" }),
    actions,
  };
}

function listen(server: Server, where: object | string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(where, () => resolve());
  });
}

async function serve(args: string[]): Promise<void> {
  const { state, port, tokens, driver, actions: mode } = settings(args);
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const store = new Store(state);
  const cloud: Cloud = { store, driver, actions: new Actions(store, mode), now: () => new Date() };
  const app = apiApp(cloud, tokens);
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
  writeFileSync(join(state, "pid"), String(process.pid));
  console.log(`listening on http://127.0.0.1:${port}/v1`);
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

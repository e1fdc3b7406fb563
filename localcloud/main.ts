import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { getRequestListener } from "@hono/node-server";
import { Actions } from "./actions";
import { apiApp } from "./app";
import { CallLog, RateLimit } from "./calls";
import { systemClock } from "./clock";
import type { Cloud } from "./cloud";
import { destroyState } from "./destroy";
import { ApiFaults } from "./faults/api-faults";
import { controlApp } from "./faults/control";
import { Faults } from "./faults/faults";
import { lastingConnections } from "./lasting-connections";
import { MachineFaults } from "./faults/machine-faults";
import { Offer } from "./faults/offer";
import { saveZones } from "./names/published";
import { DockerDriver } from "./machines/docker-driver";
import { MemoryDriver } from "./machines/memory-driver";
import { FileStorage } from "./file-storage/file-storage";
import { ObjectStorage } from "./object-storage/object-storage";
import { reconcile } from "./reconcile";
import { publishZones } from "./resources/zones";
import { type ServeSettings, serveSettings, usage } from "./serve-settings";
import { Store } from "./store";

/** A server of HTTP or SSH. */
interface Listener {
  once(event: "error", call: (error: Error) => void): unknown;
  listen(where: object | string, listening: () => void): unknown;
}

function listen(server: Listener, where: object | string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(where, () => resolve());
  });
}

function httpServer({ fetch }: { fetch: Parameters<typeof getRequestListener>[0] }): Server {
  return createServer(lastingConnections, getRequestListener(fetch));
}

/** Serves the object storage on loopback, and on a socket for the hosts. */
async function objectStorage({
  state,
  storage,
}: ServeSettings): Promise<ObjectStorage | undefined> {
  if (!storage) return undefined;
  const made = new ObjectStorage(state, storage.file, () => new Date());
  const socket = join(state, "objects.sock");
  rmSync(socket, { force: true });
  await listen(made.servers[0]!, { host: "127.0.0.1", port: storage.port });
  await listen(made.servers[1]!, socket);
  return made;
}

/** Serves the SFTP server on loopback, and on a socket for the hosts. */
async function fileStorage({ state, sftp }: ServeSettings): Promise<FileStorage | undefined> {
  if (!sftp) return undefined;
  const made = new FileStorage(state, sftp.file);
  const socket = join(state, "files.sock");
  rmSync(socket, { force: true });
  await listen(made.servers[0]!, { host: "127.0.0.1", port: sftp.port });
  await listen(made.servers[1]!, socket);
  return made;
}

async function serve(args: string[]): Promise<void> {
  const settings = serveSettings(args);
  const { state, port, tokens, image, rateLimit, behaviour, controlPort } = settings;
  const storage = await objectStorage(settings);
  const files = await fileStorage(settings);
  const driver = image === undefined ? new MemoryDriver() : new DockerDriver({ state, image });
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const store = new Store(state);
  const clock = systemClock;
  const apiFaults = new ApiFaults();
  const actions = new Actions(store, settings.actions, clock, (command) =>
    apiFaults.fateOf(command),
  );
  const known = { store, driver, actions, clock, behaviour, offer: new Offer() };
  const cloud: Cloud = { ...known, publishZones: (zones) => saveZones(state, zones) };
  const callLog = new CallLog();
  const limit = new RateLimit(clock, rateLimit);
  const app = apiApp(cloud, { tokens, limit, faults: apiFaults, callLog });
  const servers = [app, app].map(httpServer);
  const socket = join(state, "api.sock");
  rmSync(socket, { force: true });
  publishZones(cloud);
  await driver.start();
  await reconcile(cloud);
  await listen(servers[0]!, { host: "127.0.0.1", port });
  await listen(servers[1]!, socket);
  if (controlPort !== undefined) {
    const machines = image === undefined ? undefined : new MachineFaults(state);
    const control = controlApp(
      new Faults(cloud, apiFaults, machines, { objects: storage, files }),
      callLog,
      limit,
    );
    await listen(httpServer(control), { host: "127.0.0.1", port: controlPort });
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

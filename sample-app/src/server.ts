import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { systemClock } from "./clock";
import { openDatabase, type Database } from "./database/database";
import { removeOldKeys } from "./database/keyed";
import { MysqlStore } from "./database/mysql-store";
import { wantedVersion } from "./database/schema";
import { drain } from "./drain";
import { describeError } from "./errors";
import { createApp } from "./http/app";
import type { Services } from "./http/context";
import { loadStaticFiles } from "./http/static-files";
import { Lifecycle } from "./lifecycle";
import { httpServer, listen } from "./listener";
import { limitedLog, stdoutLog } from "./log";
import { systemdNotifier } from "./notify";
import { bcryptPasswords } from "./passwords";
import { serverSettings, type ServerSettings } from "./settings";
import { Signer } from "./signing";
import type { Store } from "./store";

const cleanUpMs = 600_000;
const log = limitedLog(stdoutLog, 10);

async function main(): Promise<void> {
  const settings = serverSettings(process.env);
  const database = openDatabase(settings, log);
  const lifecycle = new Lifecycle();
  const store = new MysqlStore(database, settings.nodeName, systemClock);
  const app = createApp(services(settings, store, lifecycle));
  const server = httpServer((request) => app.fetch(request), lifecycle);
  const notifier = systemdNotifier(process.env, log);

  const stop = async (signal: string): Promise<void> => {
    log("info", "stopping", { signal });
    notifier.stopping();
    await drain(server, { lifecycle, drainMs: settings.drainMs, clock: systemClock, log });
    database.close();
    log("info", "stopped");
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => void stop(signal));
  }

  await listen(server, settings.host, settings.port);
  log("info", "listening", { address: server.address(), node: settings.nodeName });
  notifier.ready();
  setInterval(() => void cleanUp(database), cleanUpMs * (0.5 + Math.random())).unref();
  await schemaSeen(store, lifecycle);
  log("info", "ready", { schemaVersion: wantedVersion });
}

function services(settings: ServerSettings, store: Store, lifecycle: Lifecycle): Services {
  return {
    store,
    lifecycle,
    passwords: bcryptPasswords(),
    signer: new Signer(settings.sessionSecrets),
    files: loadStaticFiles(join(__dirname, "public")),
    clock: systemClock,
    log,
    newKey: randomUUID,
    nodeName: settings.nodeName,
    processName: String(process.pid),
  };
}

async function schemaSeen(store: Store, lifecycle: Lifecycle): Promise<void> {
  for (let n = 0; !lifecycle.draining; n++) {
    try {
      if ((await store.schemaVersion()) >= wantedVersion) break;
      if (n % 60 === 5) log("warning", "waiting-for-schema", { wantedVersion });
    } catch (error) {
      log("warning", "waiting-for-database", describeError(error));
    }
    await systemClock.sleep(500);
  }
  lifecycle.migrated();
}

async function cleanUp(database: Database): Promise<void> {
  try {
    const { value: removed } = await database.write(removeOldKeys);
    if (removed > 0) log("info", "old-keys-removed", { removed });
  } catch (error) {
    log("warning", "clean-up-failed", describeError(error));
  }
}

main().catch((error: unknown) => {
  log("error", "start-failed", describeError(error));
  process.exit(1);
});

import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { appContract, type AppContract } from "./app-contract";
import { type StackConfig, settingsSchema } from "./schema";
import { serverSize } from "./cloud-offer";
import { commandWords, missingProgram } from "./command";
import { printable, settingName } from "./messages";
import { type RawSettings, valueAt } from "./stack-file";

/** Directory whose content is the release if neither `app.path` nor `app.url` is set. */
export const defaultAppPath = "./sample-app/dist";

/** True if the settings deploy the sample app. */
export function isSample(
  { path, url }: Pick<StackConfig["app"], "path" | "url">,
  projectRoot: string,
): boolean {
  const at = (place: string) => resolve(projectRoot, place);
  return url === undefined && at(path ?? defaultAppPath) === at(defaultAppPath);
}

/** Problems between the settings of the app and the files of this machine or the databases. */
export function appProblems(raw: RawSettings, projectRoot: string): string[] {
  return [
    ...directoryProblems(raw, projectRoot),
    ...databaseProblems(raw, projectRoot),
    ...affinityProblems(raw, projectRoot),
    ...programProblems(raw, projectRoot),
  ];
}

/** Problems of commands whose program no host has. A release that the hosts fetch may have any program. */
function programProblems(raw: RawSettings, projectRoot: string): string[] {
  const app = valueAt(raw, ["app"]);
  const { path = defaultAppPath, url, packages } = Object(app) as Record<string, unknown>;
  if (url !== undefined || typeof path !== "string" || path.includes("\0")) return [];
  const isPresent = (program: string) =>
    (Array.isArray(packages) && packages.includes(program)) ||
    existsSync(join(resolve(projectRoot, path), "node_modules", ".bin", program));
  const named = ["workers", "cron"].flatMap((group) =>
    Object.keys(Object(valueAt(app, [group]))).map((name) => [group, name, "command"]),
  );
  return [["command"], ["migrate"], ...named].flatMap((at) => {
    const command = valueAt(app, at);
    const words = typeof command === "string" ? commandWords(command) : undefined;
    const reason = words && missingProgram(words, isPresent);
    if (reason === undefined) return [];
    const name = settingName(["app", ...at]);
    return [`${name} must be a command that hosts can run, got ${printable(command)}: ${reason}`];
  });
}

function directoryProblems(raw: RawSettings, projectRoot: string): string[] {
  const path = valueAt(raw, ["app", "path"]) ?? defaultAppPath;
  if (typeof path !== "string" || valueAt(raw, ["app", "url"]) !== undefined) return [];
  // A build makes the directory later; a pinned release needs no directory.
  if (["build", "release"].some((key) => valueAt(raw, ["app", key]) !== undefined)) return [];
  // The schema reports a text that is not a path.
  if (/^$|\0/.test(path) || isDirectory(resolve(projectRoot, path))) return [];
  const how =
    path === defaultAppPath ? "run: npm run build --workspace sample-app" : "build the app";
  return [
    `webstack:app.path must be a directory with the built app, got ${printable(path)} that is none; ${how}`,
  ];
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    // The path is missing, not readable, or not a possible name of a file.
    return false;
  }
}

/** Checks the connections even if other settings are wrong: the app's own settings decide how many it may open. */
function databaseProblems(raw: RawSettings, projectRoot: string): string[] {
  const { data: app } = settingsSchema.shape.app.safeParse(raw.app);
  const isSized = app && (app.static.only || app.processes || serverSize(app.serverType));
  if (!isSized) return [];
  return connectionProblems({ ...appContract(app, isSample(app, projectRoot)), count: app.count });
}

/** Problem of an affinity to processes that share a port: the kernel chooses the process of each connection. */
function affinityProblems(raw: RawSettings, projectRoot: string): string[] {
  const [affinity, path, url, own] = ["affinity", "path", "url", "sharesPort"].map((key) =>
    valueAt(raw, ["app", key]),
  );
  // A site without a server has a problem with each of the two settings.
  if (affinity !== "client" || valueAt(raw, ["app", "static", "only"]) === true) return [];
  const source = { ...textOf("path", path), ...textOf("url", url) };
  if ((own ?? isSample(source, projectRoot)) !== true) return [];
  return [
    `webstack:app.affinity must be none where processes share a port, got ${printable(affinity)}; ` +
      "set app.sharesPort to false, also for the sample app, so that each process has a port of its own",
  ];
}

function textOf<Key extends string>(key: Key, value: unknown): Partial<Record<Key, string>> {
  return (typeof value === "string" ? { [key]: value } : {}) as Partial<Record<Key, string>>;
}

/** Connections that each MySQL accepts: `max_connections` in `services/mysql/my-cnf.ts`. */
export const maxConnections = 500;
/** Connections reserved for the stack's own programs: supervisors, leases of workers and jobs, operators. */
const reserved = 20;

/** Programs of the app that may connect to the databases at the same time. */
export interface ConnectionSettings extends Pick<AppContract, "processes" | "workers" | "cron"> {
  /** App nodes. */
  count: number;
  /** Largest number of connections from one process to one database. */
  databasePool: number;
}

/**
 * A problem if the programs of the app may open more connections than one MySQL accepts: all connections go to the
 * primary while no replica can serve reads.
 */
export function connectionProblems(app: ConnectionSettings): string[] {
  const { count, processes, workers, cron, databasePool } = app;
  const ofWorkers = workers.map(({ nodes, processes: each }) => {
    if (nodes === "one") return 1;
    return each * (nodes === "all" ? count : nodes);
  });
  const beside = ofWorkers.reduce((sum, one) => sum + one, 0);
  const all = (count * processes + beside + cron.length) * databasePool;
  const max = maxConnections - reserved;
  if (all <= max) return [];
  const parts = [
    `${count} nodes × ${processes} processes`,
    ...(beside > 0 ? [`${beside} of workers`] : []),
    ...(cron.length > 0 ? [`${cron.length} of jobs`] : []),
  ];
  const sum = parts.length > 1 ? `(${parts.join(" + ")})` : parts[0];
  return [
    `webstack:app.databasePool times all processes of the app must be at most ${max}, ` +
      `got ${sum} × ${databasePool} = ${all}; each MySQL takes ${maxConnections} connections and ${reserved} are the stack's own: ` +
      "set app.databasePool to what a process opens at most, or lower app.processes",
  ];
}

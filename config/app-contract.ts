import { commandWords } from "./command";
import { calendarEvents, cronFields } from "./schedule";
import { type Runtime, describedRuntime } from "./runtime";
import type { StackConfig } from "./schema";
import { serverSize } from "./cloud-offer";

/** A command that runs permanently beside the app, without a port. */
export interface WorkerContract {
  /** Name: small letters, digits and dashes. */
  name: string;
  /** Words of the command; without variables. */
  command: string[];
  /** App nodes that run the command: all, the first `nodes`, or one at a time. */
  nodes: "all" | "one" | number;
  /** Processes on each of these nodes. */
  processes: number;
  /** Seconds from SIGTERM to SIGKILL. */
  stopSeconds: number;
}

/** A command that runs at given times. */
export interface JobContract {
  /** Name: small letters, digits and dashes. */
  name: string;
  /** Words of the command; without variables. */
  command: string[];
  /** Calendar events of systemd; the command runs at each of them. */
  calendar: string[];
  /** Seconds after which systemd ends a run. */
  timeoutSeconds: number;
}

/** Static files of a release, which the web nodes serve themselves. */
export interface SiteContract {
  /** Directories of the release by URL path. */
  directories: Record<string, string>;
  /** Directories of the release by URL path, with files that browsers may keep for ever. */
  immutable: Record<string, string>;
  /** File in the directory of `/` that answers if a requested file is missing. */
  fallback?: string;
  /** Paths that go to the app despite a fallback. */
  appPaths: string[];
  /** True if the app has no server. */
  only: boolean;
}

/** The contract between stack and app, with all defaults except the command's. */
export interface AppContract {
  /** Words of the command that runs a process; `${PORT}` is the only variable. @default the release's own command */
  command?: string[];
  /** Words of the command of the pinned release. @default `command`, or that release's recorded command */
  releaseCommand?: string[];
  /** Runtime of the release. */
  runtime: Runtime;
  /** Runtime of the pinned release. @default the recorded runtime of that release, or `runtime` */
  releaseRuntime?: Runtime;
  /** Words of the command that runs when the release changes. @default none */
  migrate?: string[];
  /** Seconds after which that command is ended and the release refused. */
  migrateTimeoutSeconds: number;
  /** Words of the command that runs before the release is packed. @default none */
  build?: string[];
  /** Health check of a process. */
  health: { path: string; status?: number; timeoutSeconds: number };
  /** Seconds that processes of a release that never ran must stay up on the first node; 0: no trial. */
  trialSeconds: number;
  /** Processes of the app on each node; 0 for an app without a server. */
  processes: number;
  /** True if the processes share port 3000 by themselves. */
  sharesPort: boolean;
  /** Whether each client's requests go to one process. */
  affinity: StackConfig["app"]["affinity"];
  /** True if a process notifies systemd of its state. */
  notifies: boolean;
  /** Commands that run permanently beside the app. */
  workers: WorkerContract[];
  /** Commands that run at given times, each on one app node. */
  cron: JobContract[];
  /** Static files of the release, which the web nodes serve themselves. */
  site: SiteContract;
  /** Path, relative to the release, of a directory that all releases share and that outlives them. @default none */
  data?: string;
  /** Further packages of the distribution on app nodes. */
  packages: string[];
  /** Largest number of connections from one process to one database. */
  databasePool: number;
  /** True if the stack refuses a release with tables that Group Replication does not support. */
  checkTables: boolean;
}

/** One process serves while the other one restarts. */
const minProcesses = 2;

/**
 * The contract that follows from the settings of the app tier.
 *
 * @param isSample true if the release is the sample app, which does more than an app must.
 */
export function appContract(app: StackConfig["app"], isSample: boolean): AppContract {
  const { build, command, releaseCommand, health, processes, serverType } = app;
  const { sharesPort = isSample, notifies = isSample } = app;
  const migrate = app.migrate ?? (isSample ? "node migrate.js" : undefined);
  const { path = isSample ? "/readyz" : "/", status, timeoutSeconds } = health;
  return {
    ...words("build", build),
    ...words("command", command),
    ...words("releaseCommand", releaseCommand),
    ...words("migrate", migrate),
    migrateTimeoutSeconds: app.migrateTimeoutSeconds,
    runtime: describedRuntime(app.runtime),
    ...(app.releaseRuntime ? { releaseRuntime: describedRuntime(app.releaseRuntime) } : {}),
    health: { path, timeoutSeconds, ...(status === undefined ? {} : { status }) },
    trialSeconds: app.trialSeconds,
    processes: app.static.only
      ? 0
      : (processes ?? Math.max(serverSize(serverType)!.cores, sharesPort ? 1 : minProcesses)),
    sharesPort,
    affinity: app.affinity,
    notifies,
    workers: Object.entries(app.workers).map(([name, worker]) => ({
      ...worker,
      name,
      command: commandWords(worker.command)!,
    })),
    cron: Object.entries(app.cron).map(([name, job]) => jobContract(name, job)),
    site: site(app.static),
    packages: app.packages,
    databasePool: app.databasePool,
    checkTables: app.checkTables,
    ...(app.data === undefined ? {} : { data: app.data }),
  };
}

function jobContract(name: string, job: StackConfig["app"]["cron"][string]): JobContract {
  const { command, schedule, timeZone, timeoutSeconds } = job;
  const calendar = calendarEvents(cronFields(schedule)!, timeZone);
  return { name, command: commandWords(command)!, calendar, timeoutSeconds };
}

function site({
  directories,
  immutable,
  fallback,
  appPaths,
  only,
}: StackConfig["app"]["static"]): SiteContract {
  const convention = { "/": only ? "." : "public" };
  return {
    directories: directories ?? convention,
    immutable,
    appPaths,
    only,
    ...(fallback === undefined ? {} : { fallback }),
  };
}

function words<Name extends string>(name: Name, text: string | undefined) {
  const value = text === undefined ? undefined : commandWords(text);
  return (value ? { [name]: value } : {}) as Partial<Record<Name, string[]>>;
}

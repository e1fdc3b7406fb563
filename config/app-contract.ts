import { commandWords } from "./command";
import { calendarEvents, cronFields } from "./cron";
import { type Runtime, describedRuntime } from "./runtime";
import type { StackConfig } from "./schema";
import { serverSize } from "./server-types";

/** A command that runs beside the app, without a port. */
export interface WorkerContract {
  /** Name: small letters, digits and dashes. */
  name: string;
  /** Words of the command; without variables. */
  command: string[];
  /** App nodes on which it runs: all, the first so many, or one at a time. */
  nodes: "all" | "one" | number;
  /** Processes on each of them. */
  processes: number;
  /** Seconds that a process has after SIGTERM until it is killed. */
  stopSeconds: number;
}

/** A command that is run at given times. */
export interface JobContract {
  /** Name: small letters, digits and dashes. */
  name: string;
  /** Words of the command; without variables. */
  command: string[];
  /** Calendar events of systemd; it is due when one of them is. */
  calendar: string[];
  /** Seconds after which a run is ended. */
  timeoutSeconds: number;
}

/** What the web nodes serve of a release themselves. */
export interface SiteContract {
  /** Directories of the release by path. */
  directories: Record<string, string>;
  /** File in the directory of `/` that answers where there is no file. */
  fallback?: string;
  /** Paths that go to the app all the same. */
  appPaths: string[];
  /** Whether there is no server. */
  only: boolean;
}

/** What stack and app expect of each other, with all defaults but the command's. */
export interface AppContract {
  /** Words of the command that runs a process; `${PORT}` is the one variable. @default what the release says */
  command?: string[];
  /** Words of the command of the pinned release. @default `command`, or what is kept of that release */
  releaseCommand?: string[];
  /** What runs the release. */
  runtime: Runtime;
  /** What runs the pinned release. @default what is kept of that release, or `runtime` */
  releaseRuntime?: Runtime;
  /** Words of the command that is run when the release changes. @default none */
  migrate?: string[];
  /** Words of the command that is run before the release is packed. @default none */
  build?: string[];
  /** How it is told that a process works. */
  health: { path: string; status?: number; timeoutSeconds: number };
  /** Seconds for which processes of a release that never ran must stay up on the first node; 0: not watched. */
  trialSeconds: number;
  /** Processes of the app on each node; 0 where there is no server. */
  processes: number;
  /** Whether the processes share port 3000 by themselves. */
  sharesPort: boolean;
  /** Whether a process speaks to systemd. */
  notifies: boolean;
  /** Commands that run beside the app. */
  workers: WorkerContract[];
  /** Commands that are run at given times on one app node. */
  cron: JobContract[];
  /** What the web nodes serve of the release themselves. */
  site: SiteContract;
  /** Directory of the release that outlives it, relative to it. @default none */
  data?: string;
  /** Packages of the distribution that app nodes have besides. */
  packages: string[];
  /** Connections that one process opens to one database at most. */
  databasePool: number;
  /** Whether a release is refused whose tables the databases' group does not take. */
  checkTables: boolean;
}

/** One process serves while the other one restarts. */
const leastProcesses = 2;

/**
 * The contract that the settings of the app tier say.
 *
 * @param isSample true if the sample app is deployed, which does more than an app must.
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
    runtime: describedRuntime(app.runtime),
    ...(app.releaseRuntime ? { releaseRuntime: describedRuntime(app.releaseRuntime) } : {}),
    health: { path, timeoutSeconds, ...(status === undefined ? {} : { status }) },
    trialSeconds: app.trialSeconds,
    processes: app.static.only
      ? 0
      : (processes ?? Math.max(serverSize(serverType)!.cores, sharesPort ? 1 : leastProcesses)),
    sharesPort,
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
  fallback,
  appPaths,
  only,
}: StackConfig["app"]["static"]): SiteContract {
  const convention = { "/": only ? "." : "public" };
  return {
    directories: directories ?? convention,
    appPaths,
    only,
    ...(fallback === undefined ? {} : { fallback }),
  };
}

function words<Name extends string>(name: Name, text: string | undefined) {
  const value = text === undefined ? undefined : commandWords(text);
  return (value ? { [name]: value } : {}) as Partial<Record<Name, string[]>>;
}

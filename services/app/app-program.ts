import type { InnerPorts } from "../inner-tls";
import type { Affinity } from "../haproxy";

/** How the app runs on its nodes. */
export interface AppProgram {
  /** Words of the command of one process, such as `["node", "server.js"]`; `${PORT}` is the one variable. */
  command: readonly string[];
  /** Words of the migration command, which runs when the release changes. @default none */
  migrate?: readonly string[];
  /** Seconds after which that command is ended. @default 180 */
  migrateTimeoutSeconds?: number;
  /** False if the release ran before: the switch to it runs no migration and checks no tables. @default true */
  migratesOnSwitch?: boolean;
  /** Health check of a process. */
  health: {
    /** Path that answers `GET`, such as `/healthz`. */
    path: string;
    /** Value of the header `Host`: some frameworks refuse a name that is not theirs. */
    host: string;
    /** Status that the answer must have when a process starts. @default any from 200 to 399 */
    status?: number;
    /** Seconds after its start until an unhealthy process counts as failed. */
    timeoutSeconds: number;
  };
  /** Seconds for which processes of a release that never ran must stay up on the first app node; 0: not watched. */
  trialSeconds: number;
  /** Whether the processes share port 3000 by themselves. */
  sharesPort: boolean;
  /**
   * Whether each client's requests go to one process. For processes that share a port, `client` chooses the node alone:
   * the kernel chooses the process of each connection.
   */
  affinity: Affinity;
  /** Whether a process sends READY=1 and watchdog notifications to systemd. */
  notifies: boolean;
}

/** Port on which web nodes reach an app node in clear text. */
export const appPort = 3000;

/** Ports on which web nodes reach an app node. */
export const appPorts: InnerPorts = { clear: appPort, tls: 3443 };

/** Port of the first process with its own port; below the ephemeral port range. */
const firstProcessPort = 3101;

/** Ports of the processes of an app node whose programs do not share one, in order. */
export function processPorts(processes: number): number[] {
  return Array.from({ length: processes }, (_, i) => firstProcessPort + i);
}

/**
 * Words of a command as systemd reads them: nothing but `${PORT}` is replaced.
 *
 * https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#Command%20lines
 */
export function execWords(words: readonly string[]): string {
  return words.map(execWord).join(" ");
}

function execWord(word: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word)) return word.replace(/%/g, "%%");
  const pieces = word
    .split("${PORT}")
    .map((piece) => piece.replace(/[\\"]/g, "\\$&").replace(/%/g, "%%").replace(/\$/g, "$$$$"));
  return `"${pieces.join("${PORT}")}"`;
}

/** Unit that migrates the schema. */
export const migrateUnit = "webstack-migrate.service";

/** Units of the app's processes. The last one to stop announces that to the web nodes, and stops once they know. */
export const processUnits: readonly string[] = ["app@*.service"];

/**
 * Workers, timers of jobs, running jobs. A worker gets SIGTERM and its `stopSeconds`, at most 900; a job gets SIGTERM and
 * 30 s.
 */
export const backgroundUnits: readonly string[] = [
  "worker-*@*.service",
  "cron-*.timer",
  "cron-*.service",
];

/** All units of the app on a node. */
export const appUnits: readonly string[] = [...processUnits, ...backgroundUnits];

/** Words of a shell command with these units: a shell would take the asterisks for files. */
export function quotedUnits(units: readonly string[]): string {
  return units.map((unit) => `'${unit}'`).join(" ");
}

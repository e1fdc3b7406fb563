import type { Peer } from "../../topology";
import type { BundleAside } from "../bundle";
import type { InnerPorts } from "../inner-tls";
import type { Affinity } from "./affinity";

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

/** Time in which the web nodes, which check every 0.5 s, count a node as healthy again, seconds. */
const noticedSeconds = 3;

/**
 * An orderly stop of the app's processes, before the balancer of the node restarts.
 *
 * @param peers the other app nodes. Without one the processes go on: nothing could stand in for them.
 */
export function appAside(peers: readonly Peer[]): BundleAside | undefined {
  return asideOf(processUnits, peers);
}

/**
 * An orderly stop of everything that uses the database, before the node's database proxy restarts; otherwise as {@link
 * appAside}.
 */
export function databaseAside(peers: readonly Peer[]): BundleAside | undefined {
  return asideOf(appUnits, peers);
}

function asideOf(units: readonly string[], peers: readonly Peer[]): BundleAside | undefined {
  if (peers.length === 0) return undefined;
  return {
    // The wait is for processes that were started by an older unit, which announces nothing.
    leave: ["/bin/sh", "-c", `systemctl stop ${quotedUnits(units)} && sleep 2`],
    back: ["/bin/sleep", String(noticedSeconds)],
  };
}

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

/** Units of the app's processes. The last one to stop announces that to the web nodes, and stops once they know. */
const processUnits: readonly string[] = ["app@*.service"];

/**
 * All units of the app on a node: processes, workers, timers of jobs, running jobs. A worker gets SIGTERM and its
 * `stopSeconds`; a job runs to its end.
 */
export const appUnits: readonly string[] = [
  ...processUnits,
  "worker-*@*.service",
  "cron-*.timer",
  "cron-*.service",
];

/** Words of a shell command with these units: a shell would take the asterisks for files. */
export function quotedUnits(units: readonly string[]): string {
  return units.map((unit) => `'${unit}'`).join(" ");
}

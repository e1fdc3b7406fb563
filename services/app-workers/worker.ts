/** A command that runs beside the app, without a port. */
export interface AppWorker {
  /** Name, such as `mail`: small letters, digits and dashes, at most 32. */
  name: string;
  /** Words of the command, such as `["node", "worker.js"]`; without variables. */
  command: readonly string[];
  /** App nodes on which it runs: all, the first so many, or one at a time, whichever lives. */
  nodes: "all" | "one" | number;
  /** Processes on each of them; at least 1, and 1 where it runs on one node at a time. */
  processes: number;
  /** Seconds that a process has after SIGTERM until it is killed; 1 to 900. */
  stopSeconds: number;
}

/**
 * The workers of one app node. One that runs on one node at a time is on all of them, and waits.
 *
 * @param index position of the node in its tier, from 0.
 */
export function workersOn(workers: readonly AppWorker[], index: number): AppWorker[] {
  return workers.filter(({ nodes }) => typeof nodes === "string" || index < nodes);
}

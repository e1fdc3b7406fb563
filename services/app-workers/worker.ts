/** A command that runs beside the app, without a port. */
export interface AppWorker {
  /** Name, such as `mail`: small letters, digits and dashes, at most 32. */
  name: string;
  /** Words of the command, such as `["node", "worker.js"]`; without variables. */
  command: readonly string[];
  /** App nodes on which it runs: all, or the first so many. */
  nodes: "all" | number;
  /** Processes on each of them; at least 1. */
  processes: number;
  /** Seconds that a process has after SIGTERM until it is killed; 1 to 900. */
  stopSeconds: number;
}

/**
 * The workers of one app node.
 *
 * @param index position of the node in its tier, from 0.
 */
export function workersOn(workers: readonly AppWorker[], index: number): AppWorker[] {
  return workers.filter(({ nodes }) => nodes === "all" || index < nodes);
}

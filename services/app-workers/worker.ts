/** A command that runs beside the app, without a port. */
export interface AppWorker {
  /** Name, such as `mail`: small letters, digits and dashes, at most 32. */
  name: string;
  /** Words of the command, such as `["node", "worker.js"]`; without variables. */
  command: readonly string[];
  /** App nodes on which the worker runs: all, the first n, or one live node at a time. */
  nodes: "all" | "one" | number;
  /** Processes on each of them; at least 1, and 1 where it runs on one node at a time. */
  processes: number;
  /** Seconds that a process has after SIGTERM until it is killed; 1 to 900. */
  stopSeconds: number;
}

/**
 * The workers of one app node. A worker with `nodes: "one"` is installed on every node, and waits for its lease.
 *
 * @param index position of the node in its tier, from 0.
 */
export function workersOn(workers: readonly AppWorker[], index: number): AppWorker[] {
  return workers.filter(({ nodes }) => typeof nodes === "string" || index < nodes);
}

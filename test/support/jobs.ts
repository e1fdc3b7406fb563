import type { AppWorker } from "../../services/app-workers/worker";

/** A worker on all nodes; a test overrides only what it is about. */
export function worker(overrides: Partial<AppWorker> = {}): AppWorker {
  return {
    name: "mail",
    command: ["node", "worker.js"],
    nodes: "all",
    processes: 1,
    stopSeconds: 30,
    ...overrides,
  };
}

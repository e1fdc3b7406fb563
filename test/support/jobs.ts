import type { AppJob } from "../../services/app-jobs/job-units";
import type { AppWorker } from "../../services/app-workers/worker-units";

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

/** A job at half past three; a test overrides only what it is about. */
export function job(overrides: Partial<AppJob> = {}): AppJob {
  return {
    name: "report",
    command: ["node", "report.js"],
    calendar: ["*-*-* 03:30:00 Europe/Berlin"],
    timeoutSeconds: 3_600,
    ...overrides,
  };
}

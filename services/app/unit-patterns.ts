/** Units of the app's processes. The last one to stop announces that to the web nodes, and stops once they know. */
export const processUnits: readonly string[] = ["app@*.service"];

/**
 * Units of all that runs of the app on a node: processes, workers, timers of jobs, jobs that run. A worker gets
 * SIGTERM and its `stopSeconds`, a job its own end.
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

import { readFileSync } from "node:fs";

/** Settings for health checks and drains of the app's processes. */
export interface AppProcessSettings {
  health: { path: string; host: string; status?: number; timeoutSeconds: number };
  /** Longest wait for running requests, seconds. */
  drainSeconds: number;
  /** Admin socket of the balancer. */
  socket: string;
  /** File in which the balancer reads at its start whether its node is drained; marks of processes are beside it. */
  drainMap: string;
  /** True if the processes share a port, and answer their last requests after SIGTERM by themselves. */
  sharesPort: boolean;
}

/** Reads the settings file of the bundle. */
export function readAppSettings(path = "/etc/webstack/app-process.json"): AppProcessSettings {
  return JSON.parse(readFileSync(path, "utf8")) as AppProcessSettings;
}

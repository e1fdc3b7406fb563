import { readFileSync } from "node:fs";

/** How a process of the app is asked for its health, and drained. */
export interface AppProcessSettings {
  health: { path: string; host: string; status?: number; timeoutSeconds: number };
  /** Longest wait for requests under way, seconds. */
  drainSeconds: number;
  /** Admin socket of the balancer. */
  socket: string;
}

/** Reads the settings that the bundle brought. */
export function readAppSettings(path = "/etc/webstack/app-process.json"): AppProcessSettings {
  return JSON.parse(readFileSync(path, "utf8")) as AppProcessSettings;
}

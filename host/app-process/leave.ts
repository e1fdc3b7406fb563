import { announceStop, endAnnouncement } from "./drain-map";
import { isLast, markLeaving, unmarkLeaving } from "./last-process";
import type { AppProcessSettings } from "./settings";

/** Announces the node's stop if the last process stops. A failure does not hold up the stop. */
export async function leave(
  settings: AppProcessSettings,
  instance: string,
  warn: (text: string) => void,
): Promise<void> {
  try {
    markLeaving(settings, instance);
    if (await isLast(settings, instance)) await announceStop(settings);
  } catch (error) {
    warn(`the stop is not announced to the web nodes: ${(error as Error).message}`);
  }
}

/** Ends the announcement of the node's stop, if there is one, because a process has started. */
export async function welcome(
  settings: AppProcessSettings,
  instance: string,
  warn: (text: string) => void,
): Promise<void> {
  unmarkLeaving(settings, instance);
  try {
    await endAnnouncement(settings);
  } catch (error) {
    // A balancer that is not running yet reads the file, and checks the process, when it starts.
    warn(`the start is not told to the balancer: ${(error as Error).message}`);
  }
}

import { existsSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { monotonicMs } from "../../time/monotonic";

/** Its being there is the request that `webstack-mysql-kill.path` waits for. */
const killRequest = "/run/webstack-supervisor/kill-mysql";
/** Longest wait for the request to be taken, milliseconds; 40 to 75 were seen. */
const longestMs = 10_000;
/** Time between two looks whether it was taken, milliseconds. */
const lookMs = 10;

/**
 * Asks systemd, which is root, to kill MySQL; systemd then starts MySQL again. Resolves when the
 * request is taken, some hundredths of a second before MySQL is gone.
 *
 * @throws Error if the request cannot be made, or nobody takes it.
 */
export async function killMysql(request = killRequest, waitMs = longestMs): Promise<void> {
  writeFileSync(request, "");
  for (const end = monotonicMs() + waitMs; existsSync(request); await delay(lookMs)) {
    if (monotonicMs() > end) {
      throw new Error("MySQL is not killed: webstack-mysql-kill.path does not take the request");
    }
  }
}

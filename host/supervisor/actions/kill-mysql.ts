import { existsSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { monotonicMs } from "../../time/monotonic";

/** File whose existence triggers `webstack-mysql-kill.path`. */
const killRequest = "/run/webstack-supervisor/kill-mysql";
/** Longest wait until systemd takes the request, milliseconds; 40 to 75 ms were measured. */
const longestMs = 10_000;
/** Pause between two checks whether the request was taken, milliseconds. */
const checkMs = 10;

/**
 * Asks systemd to kill MySQL, because only root may; systemd then starts MySQL again. Resolves once the
 * request is taken, a few hundredths of a second before the MySQL process is gone.
 *
 * @throws Error if the request cannot be written, or is not taken in time.
 */
export async function killMysql(request = killRequest, waitMs = longestMs): Promise<void> {
  writeFileSync(request, "");
  for (const end = monotonicMs() + waitMs; existsSync(request); await delay(checkMs)) {
    if (monotonicMs() > end) {
      throw new Error(
        `MySQL was not killed: webstack-mysql-kill.path did not take the request ${request}`,
      );
    }
  }
}

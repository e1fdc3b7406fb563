/** Interval of lease renewals, and of checks of a lease that another node has, milliseconds. */
export const renewMs = 5_000;
/** Timeout of one database query, milliseconds; a switch of the primary takes longer. */
export const answerMs = 4_000;
/** Time without a renewal after which a holder stops, milliseconds: longer than a switch of the primary. */
export const giveUpMs = 20_000;
/** How long a process must live to count as started, milliseconds. */
export const aliveMs = 5_000;

/** Safety margin between the end of a holder and the start of the next one, milliseconds. */
const marginMs = 5_000;

/**
 * Expiry of a lease: time without a renewal after which another node may take it, milliseconds. By then the
 * holder has given up, had `stopSeconds` to end, and was killed, or systemd has killed it because it hung.
 */
export function leaseMs(stopSeconds: number): number {
  return giveUpMs + watchdogSeconds(stopSeconds) * 1_000 + marginMs;
}

/** WatchdogSec of a holder's unit: seconds without a notification after which systemd kills it. */
export function watchdogSeconds(stopSeconds: number): number {
  return stopSeconds + 15;
}

/** Renewal interval and give-up time of a job, as {@link renewMs} and {@link giveUpMs} of a worker, milliseconds. */
export const jobRenewMs = 10_000;
export const jobGiveUpMs = 60_000;
/** Seconds that a job has after SIGTERM until it is killed. */
export const jobStopSeconds = 10;
/** WatchdogSec of a job's unit: seconds without a notification after which systemd kills this program and its job. */
export const jobWatchdogSeconds = 30;
/**
 * Time without a renewal after which a run counts as lost, seconds of the database's clock. By then the job
 * was ended; half a minute is left for the clocks of the database's servers, of which the primary's counts.
 */
export const lostSeconds = 120;
/** How long the start of a job waits for the database, milliseconds; it outlasts a switch of the primary. */
export const claimMs = 60_000;

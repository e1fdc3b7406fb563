/** Time between two renewals of a lease, and between two looks at one that another node has, milliseconds. */
export const renewMs = 5_000;
/** Longest wait for one answer of the database, milliseconds; a switch of the primary takes longer. */
export const answerMs = 4_000;
/** Without a renewal for so long a holder begins to stop, milliseconds. It outlasts a switch of the primary. */
export const giveUpMs = 20_000;
/** How long a process must live to count as started, milliseconds. */
export const aliveMs = 5_000;

/** What else must fit between the end of a holder and the moment when another one may begin, milliseconds. */
const marginMs = 5_000;

/**
 * For how long the row of a lease must stand still until another node may take it, milliseconds. By then the
 * holder has given up, had `stopSeconds` to end, and was killed, or systemd has killed it because it hung.
 */
export function leaseMs(stopSeconds: number): number {
  return giveUpMs + watchdogSeconds(stopSeconds) * 1_000 + marginMs;
}

/** Seconds without a sign of life of a holder after which systemd kills it; the same in its unit. */
export function watchdogSeconds(stopSeconds: number): number {
  return stopSeconds + 15;
}

/** What holds for a run of a job, as {@link renewMs} and {@link giveUpMs} do for a worker, milliseconds. */
export const jobRenewMs = 10_000;
export const jobGiveUpMs = 60_000;
/** Seconds that a job has after SIGTERM until it is killed. */
export const jobStopSeconds = 10;
/** Seconds without a sign of life of this program after which systemd kills it and its job; the same in its unit. */
export const jobWatchdogSeconds = 30;
/**
 * Without a sign of life for so long a run counts as lost, seconds of the database's clock. By then the job
 * was ended; half a minute is left for the clocks of the database's servers, of which the primary's counts.
 */
export const lostSeconds = 120;
/** How long the start of a job waits for the database, milliseconds; it outlasts a switch of the primary. */
export const claimMs = 60_000;

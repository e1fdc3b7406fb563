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

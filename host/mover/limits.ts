/**
 * Interval at which a master reads the owner from the API: 120 of 3 600 calls an hour. A standby reads it as often while
 * it has the address, or has not read who does.
 */
export const reconcileMs = 30_000;
/** Interval at which a master without the address probes the node that has it. */
export const watchMs = 1_000;
/** Consecutive failed probes, about 0.4 s each, until a serving peer counts as dead: more than 0.7 s. */
export const failuresUntilDead = 3;
/**
 * Most moves within {@link moveWindowMs}, without those that an operator ordered. Beyond it the mover
 * leaves the address with a node that may serve, so that two live nodes do not move it back and forth.
 */
export const maxMoves = 4;
/** Window of the move limit, milliseconds. */
export const moveWindowMs = 600_000;
/**
 * Silence after which a peer counts as dead even beyond the move limit. An address on a dead node is an
 * outage, so the limit does not hold it there. Two live nodes that cannot reach each other move it at most
 * at this rate.
 */
export const silentBeyondLimitMs = 5_000;
/** Interval of probes to a silent peer beyond the move limit. */
export const probeBeyondLimitMs = 500;
/** Longest waits after consecutive API failures, each shortened by up to a fifth; the last one repeats. */
export const backOffMs: readonly number[] = [200, 400, 800, 1_600, 2_000];
/**
 * Waits after consecutive refusals of an assign, which the API would refuse again; the last one repeats. Reads may succeed
 * all the while, for example with a token that may only read.
 */
export const refusedBackOffMs: readonly number[] = [200, 2_000, 5_000, 10_000, 30_000];
/** How long an operator's order waits for this node to become master. */
export const operatorOrderMs = 10_000;
/** Longest wait for the action of one address before the next address is sent, milliseconds. */
export const settleMs = 1_000;
/** Pause before an address is sent again that the API refused because the server is locked, milliseconds. */
export const lockedPauseMs = 400;
/** Largest number of calls for one address within a round; a lock of more than 2.8 s is left to the back-off. */
export const lockedTries = 8;

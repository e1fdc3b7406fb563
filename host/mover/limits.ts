/** A master reads the owner from the API this often: 120 calls in an hour, of 3 600. */
export const reconcileMs = 30_000;
/** A master without the address probes the node that has it this often. */
export const watchMs = 1_000;
/** Probes in a row, about 0.4 s each, until a peer that served is dead: longer than 0.7 s. */
export const missesUntilDead = 3;
/**
 * Moves within {@link moveWindowMs}, those that an operator asked for not counted, after which the mover
 * leaves the address where it may serve: two live nodes must not move it to and fro.
 */
export const maxMoves = 4;
/** Window of the move limit. */
export const moveWindowMs = 600_000;
/**
 * Silence after which a peer is dead also beyond the limit of moves. An address on a dead node is an
 * outage, so it is not held there; two live nodes that cannot hear each other move it at this rate at most.
 */
export const silentBeyondLimitMs = 5_000;
/** A silent peer is asked this often then. */
export const askBeyondLimitMs = 500;
/** Longest waits after failures of the API, each shortened by up to a fifth; the last one for ever. */
export const backOffMs: readonly number[] = [200, 400, 800, 1_600, 2_000];
/** How long an operator's wish waits for this node to become master. */
export const askedMs = 10_000;

import { probeBeyondLimitMs, maxMoves, moveWindowMs, silentBeyondLimitMs } from "./limits";

/** The move limit in words, for an operator. */
export const limitText = `${maxMoves} moves in ${moveWindowMs / 60_000} minutes`;

/** Times of the moves within the window of the limit. */
export function recentMoves(movesMs: readonly number[], nowMs: number): number[] {
  return movesMs.filter((time) => time > nowMs - moveWindowMs);
}

/**
 * Time from which the limit allows this node to take the address from a node that may serve; `nowMs` if it
 * does now.
 */
export function heldUntilMs(movesMs: readonly number[], nowMs: number): number {
  const recent = recentMoves(movesMs, nowMs);
  return recent.length < maxMoves ? nowMs : recent[recent.length - maxMoves]! + moveWindowMs;
}

/**
 * Milliseconds until the next probe of a silent peer that the limit demands before the peer counts as
 * dead; 0: none. The limit demands at most {@link silentBeyondLimitMs} of silence.
 */
export function probeAgainInMs(
  movesMs: readonly number[],
  silentSinceMs: number,
  nowMs: number,
): number {
  const isHeld = nowMs < heldUntilMs(movesMs, nowMs);
  return isHeld && nowMs - silentSinceMs < silentBeyondLimitMs ? probeBeyondLimitMs : 0;
}

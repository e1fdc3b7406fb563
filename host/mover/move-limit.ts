import { askBeyondLimitMs, maxMoves, moveWindowMs, silentBeyondLimitMs } from "./limits";

/** What the limit of moves is about, said to an operator. */
export const limitText = `${maxMoves} moves in ${moveWindowMs / 60_000} minutes`;

/** Times of the moves that the limit still counts. */
export function recentMoves(movesMs: readonly number[], nowMs: number): number[] {
  return movesMs.filter((time) => time > nowMs - moveWindowMs);
}

/** When the limit lets this node take the address from one that may serve; `nowMs` if it does now. */
export function heldUntilMs(movesMs: readonly number[], nowMs: number): number {
  const recent = recentMoves(movesMs, nowMs);
  return recent.length < maxMoves ? nowMs : recent[recent.length - maxMoves]! + moveWindowMs;
}

/**
 * Milliseconds until a silent peer is asked once more before it counts as dead, because of the limit;
 * 0: the limit does not speak against it. It never asks for more than {@link silentBeyondLimitMs} of silence.
 */
export function askAgainInMs(
  movesMs: readonly number[],
  silentSinceMs: number,
  nowMs: number,
): number {
  const isHeld = nowMs < heldUntilMs(movesMs, nowMs);
  return isHeld && nowMs - silentSinceMs < silentBeyondLimitMs ? askBeyondLimitMs : 0;
}

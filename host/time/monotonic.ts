/**
 * Milliseconds on the monotonic clock, since the machine started: for durations, which a step of the wall
 * clock must not lengthen or shorten. Other machines count from another start.
 */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

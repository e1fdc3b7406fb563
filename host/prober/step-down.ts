/** How long a request to step down holds, milliseconds; it ends by itself if the operator's command dies. */
export const stepDownMs = 20_000;

/**
 * True if a request to step down still holds.
 *
 * @param wish content of the operator's file: its write time on this machine's monotonic clock,
 * milliseconds, such as `81234`. The file is in `/run`, so it is gone after a boot, which restarts that
 * clock.
 */
export function isSteppingDown(wish: string, nowMs: number): boolean {
  if (!/^\d+$/.test(wish.trim())) return false;
  const ageMs = nowMs - Number(wish);
  return ageMs >= 0 && ageMs < stepDownMs;
}

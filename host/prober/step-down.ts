/** How long a wish to step down lasts, milliseconds: an operator's command that died ends by itself. */
export const stepDownMs = 20_000;

/**
 * True if a wish to step down still counts.
 *
 * @param wish what the operator's file holds: when it was written, on the monotonic clock of this machine,
 * milliseconds, such as `81234`. The file is in `/run` and ends with the boot from which that clock counts.
 */
export function isSteppingDown(wish: string, nowMs: number): boolean {
  if (!/^\d+$/.test(wish.trim())) return false;
  const ageMs = nowMs - Number(wish);
  return ageMs >= 0 && ageMs < stepDownMs;
}

/**
 * The wait that a `Retry-After` header demands, milliseconds; undefined: none, or one that is over.
 *
 * @param value seconds, or a date. @param nowMs present time, for a date.
 */
export function retryAfterMs(value: unknown, nowMs: number): number | undefined {
  if (value === undefined || value === "") return undefined;
  const seconds = Number(value);
  const waitMs = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(String(value)) - nowMs;
  return waitMs > 0 ? waitMs : undefined;
}

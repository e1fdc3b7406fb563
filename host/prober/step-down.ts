/** How long a wish to step down lasts, milliseconds: an operator's command that died ends by itself. */
export const stepDownMs = 20_000;

/** True if a wish of that time still counts. A clock that went back ends it too. */
export function isSteppingDown(sinceMs: number, nowMs: number): boolean {
  return nowMs >= sinceMs - 1_000 && nowMs - sinceMs < stepDownMs;
}

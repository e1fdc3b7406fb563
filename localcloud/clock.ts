/** Time as the cloud knows it; tests pass their own. */
export interface Clock {
  now(): Date;
  /** Resolves when so much time has passed. */
  wait(milliseconds: number): Promise<void>;
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => new Date(),
  wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/** The present time as the API writes it: RFC 3339, UTC, with offset. */
export function timestamp(clock: Clock): string {
  return clock
    .now()
    .toISOString()
    .replace(/\.\d+Z$/, "+00:00");
}

/** A call with its result. */
export interface Answered {
  /** Time of the answer, milliseconds. */
  answeredMs: number;
  result: string;
}

/** Longest time between two acknowledgements, and its start, milliseconds. */
export function longestGap(answers: readonly Answered[]): { lengthMs: number; fromMs: number } {
  const times = answers
    .filter(({ result }) => result === "acknowledged")
    .map(({ answeredMs }) => answeredMs)
    .sort((a, b) => a - b);
  // Not Math.max(...): a soak has more answers than a call can have arguments.
  return times.reduce(
    (longest, time, i) => {
      const fromMs = times[i - 1] ?? time;
      const lengthMs = Math.round(time - fromMs);
      return lengthMs > longest.lengthMs ? { lengthMs, fromMs } : longest;
    },
    { lengthMs: 0, fromMs: 0 },
  );
}

/** A call and what became of it. */
export interface Answered {
  /** When its answer came, milliseconds. */
  answeredMs: number;
  result: string;
}

/** Longest time between two acknowledgements, and when it began, milliseconds. */
export function longestGap(answers: readonly Answered[]): { lengthMs: number; fromMs: number } {
  const times = answers
    .filter(({ result }) => result === "acknowledged")
    .map(({ answeredMs }) => answeredMs)
    .sort((a, b) => a - b);
  // Not Math.max(...): a soak has more answers than a call has room for arguments.
  return times.reduce(
    (longest, time, i) => {
      const fromMs = times[i - 1] ?? time;
      const lengthMs = Math.round(time - fromMs);
      return lengthMs > longest.lengthMs ? { lengthMs, fromMs } : longest;
    },
    { lengthMs: 0, fromMs: 0 },
  );
}

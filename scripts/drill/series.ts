import type { Mark, Series } from "./drill";
import type { Write } from "./ledger";
import { isServed, type Probe } from "./prober";

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

/** One answer on a timeline. */
export interface Answer {
  /** End of the answer, milliseconds on the clock of the watch. */
  endMs: number;
  isGood: boolean;
}

/** Inputs of a series besides the answers. */
export interface Watched {
  /** Start of the watch on the clock of the answers, milliseconds. */
  begunMs: number;
  /** Length of a bucket, milliseconds, such as 100. */
  stepMs: number;
  /** Events, with the time since the start of the watch. */
  marks: readonly Mark[];
}

/** Answers to probes; each counts at its end, when the visitor has it. */
export function answersOfProbes(probes: readonly Probe[]): Answer[] {
  return probes.map((probe) => ({ endMs: probe.atMs + probe.tookMs, isGood: isServed(probe) }));
}

/** Answers to the writes of a ledger; a write without an acknowledgement counts as failed. */
export function answersOfWrites(writes: readonly Write[]): Answer[] {
  return writes.map(({ answeredMs, result }) => ({
    endMs: answeredMs,
    isGood: result === "acknowledged",
  }));
}

/** Counts answers in buckets, up to the last answer or mark. An answer before the watch counts in the first bucket. */
export function seriesOf(answers: readonly Answer[], { begunMs, stepMs, marks }: Watched): Series {
  const bucketOf = (ms: number) => Math.max(0, Math.floor(ms / stepMs));
  // Not Math.max(...): a soak has more answers than a call can have arguments.
  let last = -1;
  for (const { endMs } of answers) last = Math.max(last, bucketOf(endMs - begunMs));
  for (const { atMs } of marks) last = Math.max(last, bucketOf(atMs));
  const good = new Array<number>(last + 1).fill(0);
  const failed = new Array<number>(last + 1).fill(0);
  for (const { endMs, isGood } of answers) {
    (isGood ? good : failed)[bucketOf(endMs - begunMs)]! += 1;
  }
  return { stepMs, good, failed, marks: marks.map(({ atMs, text }) => ({ atMs, text })) };
}

/** The series in at most `most` buckets, each the sum of the same number of old ones. */
export function thinned(series: Series, max: number): Series {
  const times = Math.ceil(series.good.length / max);
  if (times <= 1) return series;
  const sums = (counts: readonly number[]) =>
    Array.from({ length: Math.ceil(counts.length / times) }, (_, i) =>
      counts.slice(i * times, (i + 1) * times).reduce((sum, count) => sum + count, 0),
    );
  const { stepMs, good, failed, marks } = series;
  return { stepMs: stepMs * times, good: sums(good), failed: sums(failed), marks };
}

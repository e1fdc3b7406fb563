import type { Mark, Series } from "./drill";
import type { Write } from "./ledger";
import { isServed, type Probe } from "./prober";

/** One answer on a timeline. */
export interface Answer {
  /** When it ended, milliseconds on the clock of the watch. */
  endMs: number;
  isGood: boolean;
}

/** What a series is counted from. */
export interface Watched {
  /** Start of the watch on the clock of the answers, milliseconds. */
  begunMs: number;
  /** Length of a bucket, milliseconds, such as 100. */
  stepMs: number;
  /** What happened, in time since the start of the watch. */
  marks: readonly Mark[];
}

/** Answers to probes, each at its end: what a visitor waits for counts when it is there. */
export function answersOfProbes(probes: readonly Probe[]): Answer[] {
  return probes.map((probe) => ({ endMs: probe.atMs + probe.tookMs, isGood: isServed(probe) }));
}

/** Answers to the writes of a ledger; what was not acknowledged has failed. */
export function answersOfWrites(writes: readonly Write[]): Answer[] {
  return writes.map(({ answeredMs, result }) => ({
    endMs: answeredMs,
    isGood: result === "acknowledged",
  }));
}

/** Counts answers in buckets, up to the last answer or mark. An answer of before the watch is in the first. */
export function seriesOf(answers: readonly Answer[], { begunMs, stepMs, marks }: Watched): Series {
  const bucketOf = (ms: number) => Math.max(0, Math.floor(ms / stepMs));
  // Not Math.max(...): a soak has more answers than a call has room for arguments.
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

/** The series in at most `most` buckets, each the sum of equally many of the old ones. */
export function thinned(series: Series, most: number): Series {
  const times = Math.ceil(series.good.length / most);
  if (times <= 1) return series;
  const sums = (counts: readonly number[]) =>
    Array.from({ length: Math.ceil(counts.length / times) }, (_, i) =>
      counts.slice(i * times, (i + 1) * times).reduce((sum, count) => sum + count, 0),
    );
  const { stepMs, good, failed, marks } = series;
  return { stepMs: stepMs * times, good: sums(good), failed: sums(failed), marks };
}

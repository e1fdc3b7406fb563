import type { Write } from "./ledger";

/** Writes over the time of a run, to be drawn. */
export interface Series {
  /** Length of a step, milliseconds. */
  stepMs: number;
  /** Acknowledged writes in each step. */
  acknowledged: number[];
  /** Writes that were refused, or whose outcome is unknown, in each step. */
  failed: number[];
  /** What happened when, from the beginning on. */
  marks: { atMs: number; text: string }[];
}

const stepMs = 100;

/** Counts writes by the time of their answer; times in milliseconds of the same clock. */
export function seriesOf(
  writes: readonly Write[],
  beginMs: number,
  marks: readonly { atMs: number; text: string }[],
): Series {
  const step = (atMs: number) => Math.max(0, Math.floor((atMs - beginMs) / stepMs));
  const last = Math.max(-1, ...writes.map(({ answeredMs }) => step(answeredMs)));
  const [acknowledged, failed] = [0, 1].map(() => Array.from({ length: last + 1 }, () => 0));
  for (const { answeredMs, result } of writes) {
    const counts = result === "acknowledged" ? acknowledged! : failed!;
    counts[step(answeredMs)]! += 1;
  }
  return {
    ...{ stepMs, acknowledged: acknowledged!, failed: failed! },
    marks: marks.map(({ atMs, text }) => ({ atMs: Math.round(atMs - beginMs), text })),
  };
}

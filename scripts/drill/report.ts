import type { Drill, Measured, NotShown } from "./drill";
import { isWithin } from "./drill";

/** A drill with all its runs. */
export interface Drilled {
  drill: Drill;
  runs: readonly Measured[];
  /** Reasons of the runs that did not end; the other runs count. */
  errors: readonly string[];
}

/** True if every run ended within the bounds. */
export function isGood({ drill, runs, errors }: Drilled): boolean {
  return errors.length === 0 && runs.length > 0 && runs.every((run) => isWithin(drill, run));
}

/** The median, rounded; for an even number of values the mean of the middle two; undefined without values. */
export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  return upper === undefined || lower === undefined ? undefined : Math.round((lower + upper) / 2);
}

/** A drill in the JSON; times in milliseconds, counts summed over all runs. */
export interface Summary {
  id: string;
  title: string;
  boundMs: number;
  /** Shortest, middle and longest outage; absent without a run. */
  minMs?: number;
  medianMs?: number;
  maxMs?: number;
  failed: number;
  requests: number;
  moves: number;
  /** Calls to the API; absent if no run counted them. */
  apiCalls?: number;
  verdict: "ok" | "MISSED";
  runs: readonly Measured[];
  /** Reasons of the runs that did not end. */
  errors: readonly string[];
}

/** Summarizes the runs of a drill. */
export function summary({ drill, runs, errors }: Drilled): Summary {
  const outages = runs.map(({ outageMs }) => outageMs);
  const middle = median(outages);
  const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
  const calls = runs.flatMap(({ apiCalls }) => apiCalls ?? []);
  return {
    id: drill.id,
    title: drill.title,
    boundMs: drill.boundMs,
    ...(middle === undefined
      ? {}
      : { minMs: Math.min(...outages), medianMs: middle, maxMs: Math.max(...outages) }),
    failed: total(runs.map(({ failed }) => failed)),
    requests: total(runs.map(({ requests }) => requests)),
    moves: total(runs.map(({ moves }) => moves)),
    ...(calls.length > 0 ? { apiCalls: total(calls) } : {}),
    verdict: isGood({ drill, runs, errors }) ? "ok" : "MISSED",
    runs,
    errors,
  };
}

function range(values: readonly number[]): string {
  if (values.length === 0) return "-";
  return [...new Set([Math.min(...values), Math.max(...values)])].join("-");
}

/** The outages of a drill in one line, such as `812 / 900 / 1100 ms`; `-` without a run. */
export function outages({ minMs, medianMs, maxMs }: Summary): string {
  return minMs === undefined ? "-" : `${minMs} / ${medianMs} / ${maxMs} ms`;
}

function row(drilled: Drilled, withCalls: boolean): string[] {
  const { drill, runs } = drilled;
  const sum = summary(drilled);
  return [
    drill.id,
    drill.title,
    `${drill.boundMs} ms`,
    outages(sum),
    range(runs.map(({ failed }) => failed)),
    range(runs.map(({ moves }) => moves)),
    ...(withCalls ? [range(runs.flatMap(({ apiCalls }) => apiCalls ?? []))] : []),
    String(runs.length),
    sum.verdict,
  ];
}

/** The table of a run of drills, followed by faults that were not shown and runs that did not end. */
export function table(all: readonly Drilled[], notShown: readonly NotShown[]): string {
  const withCalls = all.some(({ runs }) => runs.some(({ apiCalls }) => apiCalls !== undefined));
  const calls = withCalls ? ["API calls"] : [];
  const outage = "outage min / median / max";
  const head = ["", "fault", "bound", outage, "failed", "moves", ...calls, "runs", ""];
  const rows = [head, ...all.map((drilled) => row(drilled, withCalls))];
  const widths = head.map((_, i) => Math.max(...rows.map((cells) => cells[i]!.length)));
  const lines = rows.map((cells) => cells.map((cell, i) => cell.padEnd(widths[i]!)).join("  "));
  const errors = all.flatMap(({ drill, errors: texts }) =>
    texts.map((text) => `${drill.id}: ${text}`),
  );
  const reasons = notShown.map(({ id, title, why }) => `${id} ${title}: not shown; ${why}`);
  return [...lines.map((line) => line.trimEnd()), ...errors, ...reasons].join("\n");
}

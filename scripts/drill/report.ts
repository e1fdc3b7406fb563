import type { Drill, Measured, NotShown } from "./drill";
import { isWithin } from "./drill";

/** A drill with all its runs. */
export interface Drilled {
  drill: Drill;
  runs: readonly Measured[];
  /** Why a run did not end; the others count. */
  errors: readonly string[];
}

/** True if every run ended within the bounds. */
export function isGood({ drill, runs, errors }: Drilled): boolean {
  return errors.length === 0 && runs.length > 0 && runs.every((run) => isWithin(drill, run));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

function row({ drill, runs, errors }: Drilled): string[] {
  const outages = runs.map(({ outageMs }) => outageMs);
  const range = (values: number[]) =>
    values.length === 0 ? "-" : [...new Set([Math.min(...values), Math.max(...values)])].join("-");
  return [
    drill.id,
    drill.title,
    `${drill.boundMs} ms`,
    runs.length === 0
      ? "-"
      : `${Math.min(...outages)} / ${median(outages)} / ${Math.max(...outages)} ms`,
    range(runs.map(({ failed }) => failed)),
    range(runs.map(({ moves }) => moves)),
    String(runs.length),
    isGood({ drill, runs, errors }) ? "ok" : "MISSED",
  ];
}

/** The table of a run of drills, and below it what it could not show or finish. */
export function table(all: readonly Drilled[], notShown: readonly NotShown[]): string {
  const head = ["", "fault", "bound", "outage min / median / max", "failed", "moves", "runs", ""];
  const rows = [head, ...all.map(row)];
  const widths = head.map((_, i) => Math.max(...rows.map((cells) => cells[i]!.length)));
  const lines = rows.map((cells) => cells.map((cell, i) => cell.padEnd(widths[i]!)).join("  "));
  const errors = all.flatMap(({ drill, errors: said }) =>
    said.map((text) => `${drill.id}: ${text}`),
  );
  const reasons = notShown.map(({ id, title, why }) => `${id} ${title}: not shown; ${why}`);
  return [...lines.map((line) => line.trimEnd()), ...errors, ...reasons].join("\n");
}

import { isWithin, type Mark, type Measured, type Series } from "./drill";
import { type Drilled, outages, summary } from "./report";
import { thinned } from "./series";

/** Largest number of drawn runs: those with the longest outages, in the order of the runs. */
const maxRuns = 10;
/** Largest number of points of a run, so that half an hour is still a small file. */
const maxPoints = 600;

/** Pixels: the picture's width, the plot in it, and the heights of one run. */
const width = 960;
const left = 56;
const right = 930;
const headHeight = 64;
const runHeight = 140;
const plotTop = 46;
const plotBottom = 130;
const footHeight = 34;

const colour = { text: "#222", faint: "#ddd", good: "#3b78ab", area: "#d5e5f3", bad: "#c8102e" };

/** A drawn run. */
interface Shown {
  /** Number of the run, from 1. */
  number: number;
  run: Measured;
  series: Series;
}

/** Scale that all runs of a picture share, so that they are comparable. */
interface Scale {
  x: (ms: number) => number;
  /** Height of a count in a bucket of length `stepMs`. */
  y: (count: number, stepMs: number) => number;
  seconds: readonly number[];
  perSecond: number;
}

/** An SVG of a drill: for each run the successful and failed answers per second over time, and the marks. */
export function timeline(drilled: Drilled): string {
  const shown = shownRuns(drilled);
  const scale = scaleOf(shown.map(({ series }) => series));
  const height = headHeight + Math.max(1, shown.length) * runHeight + footHeight;
  const panels = shown.map((run, i) => panel(drilled, run, scale, headHeight + i * runHeight));
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="12">`,
    "<!-- Written by npm run drill; see scripts/drill/timeline.ts. -->",
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...head(drilled, shown.length),
    ...panels.flat(),
    ...foot(scale, height, shown.length),
    "</svg>",
    "",
  ].join("\n");
}

function shownRuns({ runs }: Drilled): Shown[] {
  return runs
    .map((run, i) => ({ number: i + 1, run, series: run.series }))
    .filter((one): one is Shown => one.series !== undefined)
    .sort((a, b) => b.run.outageMs - a.run.outageMs)
    .slice(0, maxRuns)
    .sort((a, b) => a.number - b.number)
    .map((one) => ({ ...one, series: thinned(one.series, maxPoints) }));
}

function scaleOf(all: readonly Series[]): Scale {
  const endMs = Math.max(1_000, ...all.map(({ good, stepMs }) => good.length * stepMs));
  const rates = all.flatMap(({ good, failed, stepMs }) =>
    [...good, ...failed].map((count) => (count * 1000) / stepMs),
  );
  const perSecond = Math.max(1, ...rates);
  const step = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_800].find((s) => endMs / 1000 / s <= 16);
  const every = step ?? 3_600;
  return {
    x: (ms) => round(left + (ms / endMs) * (right - left)),
    y: (count, stepMs) => round(((count * 1000) / stepMs / perSecond) * (plotBottom - plotTop)),
    seconds: Array.from({ length: Math.floor(endMs / 1000 / every) + 1 }, (_, i) => i * every),
    perSecond: Math.round(perSecond),
  };
}

function head(drilled: Drilled, shown: number): string[] {
  const sum = summary(drilled);
  const runs = shown < drilled.runs.length ? `${shown} of ${drilled.runs.length} runs` : "";
  const parts = [`outage ${outages(sum)}`, `bound ${sum.boundMs} ms`, sum.verdict, runs];
  const fill = sum.verdict === "ok" ? colour.text : colour.bad;
  const line = parts.filter((part) => part !== "").join(", ");
  return [
    `<title>${xml(`${sum.id} ${sum.title}`)}</title>`,
    label(16, 26, `${sum.id} ${sum.title}`, `font-size="17" fill="${colour.text}"`),
    label(16, 48, line, `font-size="13" fill="${fill}"`),
  ];
}

function panel({ drill }: Drilled, shown: Shown, scale: Scale, top: number): string[] {
  const { number, run, series } = shown;
  const fill = isWithin(drill, run) ? colour.text : colour.bad;
  const summary = `outage ${run.outageMs} ms, ${run.failed} of ${run.requests} failed`;
  const bottom = top + plotBottom;
  const grid = scale.seconds.map((second) => vertical(scale.x(second * 1000), top, colour.faint));
  return [
    label(left, top + 14, `run ${number}: ${summary}`, `fill="${fill}"`),
    ...grid,
    label(left - 6, top + plotTop + 10, String(scale.perSecond), `text-anchor="end" fill="#666"`),
    label(left - 6, bottom, "0", `text-anchor="end" fill="#666"`),
    goodPath(series, scale, bottom),
    ...failedBars(series, scale, bottom),
    `<line x1="${left}" y1="${bottom}" x2="${right}" y2="${bottom}" stroke="#888"/>`,
    ...series.marks.flatMap((mark, i) => markLine(mark, scale, top, i)),
  ];
}

function goodPath({ good, stepMs }: Series, { x, y }: Scale, bottom: number): string {
  const steps = good.map(
    (count, i) => `V${round(bottom - y(count, stepMs))}H${x((i + 1) * stepMs)}`,
  );
  const d = `M${left} ${bottom}${steps.join("")}V${bottom}Z`;
  return `<path d="${d}" fill="${colour.area}" stroke="${colour.good}" stroke-width="0.8"/>`;
}

/** A bar is at least two pixels wide and high: one failure in half an hour must be visible. */
function failedBars({ failed, stepMs }: Series, { x, y }: Scale, bottom: number): string[] {
  const wide = Math.max(2, round(x(stepMs) - x(0)));
  return failed.flatMap((count, i) => {
    if (count === 0) return [];
    const high = Math.max(2, y(count, stepMs));
    const place = `x="${x(i * stepMs)}" y="${round(bottom - high)}"`;
    return [`<rect ${place} width="${wide}" height="${high}" fill="${colour.bad}"/>`];
  });
}

/** Labels alternate between two rows, so that two marks at about the same time are readable. */
function markLine({ atMs, text }: Mark, { x }: Scale, top: number, index: number): string[] {
  const at = x(atMs);
  const anchor = at > right - 80 ? `text-anchor="end"` : `text-anchor="start"`;
  const beside = at > right - 80 ? at - 4 : at + 4;
  return [
    vertical(at, top, colour.text, ` stroke-dasharray="4 3"`),
    label(beside, top + 28 + (index % 2) * 12, text, `${anchor} font-size="11" fill="#222"`),
  ];
}

function foot({ x, seconds }: Scale, height: number, shown: number): string[] {
  const fill = `fill="#666"`;
  if (shown === 0) return [label(left, headHeight + 40, "no run has a timeline", fill)];
  const numbers = seconds.map((second) =>
    label(
      x(second * 1000),
      height - 20,
      `${second} s`,
      `text-anchor="middle" font-size="11" ${fill}`,
    ),
  );
  const legend =
    "good answers a second (area), failed (bars), over time since the start of the watch";
  return [...numbers, label(left, height - 5, legend, `font-size="11" ${fill}`)];
}

function vertical(at: number, top: number, stroke: string, more = ""): string {
  const ends = `x1="${at}" y1="${top + 20}" x2="${at}" y2="${top + plotBottom}"`;
  return `<line ${ends} stroke="${stroke}"${more}/>`;
}

function label(x: number, y: number, text: string, attributes: string): string {
  return `<text x="${x}" y="${y}" ${attributes}>${xml(text)}</text>`;
}

/** Escapes a text for XML 1.0; control characters, which XML forbids, become spaces. */
function xml(text: string): string {
  const names: Record<string, string> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot" };
  return text.replace(/[\0-\x1f]/g, " ").replace(/[&<>"]/g, (sign) => `&${names[sign]};`);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

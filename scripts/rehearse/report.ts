import { markdown, section } from "../../preview/render/markdown";
import { fileWords, grouped, releaseWords, unitWords } from "../../preview/render/words";
import type { Drilled } from "../drill/report";
import { timeline } from "../drill/timeline";
import type { Loaded, NodeTime } from "./measured";
import type { Rehearsed } from "./rehearse";

/** Reasons why a rehearsal failed; empty: it passed. */
export function shortfalls({ loaded, failure, drills }: Rehearsed, budget: number): string[] {
  const missed = drills.filter(({ isGood }) => !isGood).flatMap(({ ids }) => ids);
  return [
    ...(failure === undefined ? [] : [failure]),
    ...(loaded && loaded.lost > budget ? [`${loaded.lost} requests lost, ${budget} may be`] : []),
    ...(missed.length > 0 ? [`drills among ${missed.join(", ")} missed their bound`] : []),
  ];
}

/** The rehearsal as Markdown, its verdict first. */
export function report(rehearsed: Rehearsed, budget: number): string {
  const { base, loaded, preview, nodes, drills } = rehearsed;
  const short = shortfalls(rehearsed, budget);
  const verdict = short.length === 0 ? "passed" : "FAILED";
  const lines = [
    `**Rehearsal on ${base.slice(0, 12)}: ${verdict}** | ${loaded ? lost(loaded) : "nothing was begun"}`,
    ...section("Why", short.flatMap(quoted)),
    ...section("Hosts that changed", hosts(rehearsed)),
    ...times(nodes),
    ...section("Drills afterwards", drills.map(drillWords)),
    ...(loaded ? ["", "The picture over time is `load.svg`, beside this report."] : []),
    ...["", "<details><summary>What was announced</summary>", "", markdown(preview).trimEnd(), ""],
    "</details>",
  ];
  return `${lines.join("\n")}\n`;
}

function lost({ lost: count, requests, slowestMs, outageMs, series, lastedMs }: Loaded): string {
  const at = (text: string) => series.marks.find((mark) => mark.text === text)?.atMs;
  const tookMs = (at("done") ?? at("failed") ?? lastedMs) - (at("change") ?? 0);
  const longest = count > 0 ? `, longest outage ${outageMs} ms` : "";
  const summary = `${count} of ${requests} requests lost${longest}, slowest ${slowestMs} ms`;
  return `${summary}, the change took ${Math.round(tookMs / 1000)} s`;
}

/** A reason whose further lines are the output of a command. */
function quoted(text: string): string[] {
  const [first = "", ...rest] = text.split("\n");
  const indented = rest.map((line) => `      ${line}`);
  return [[first, ...(indented.length > 0 ? ["", ...indented] : [])].join("\n")];
}

function hosts({ preview }: Rehearsed): string[] {
  return grouped(preview.hosts).map(({ nodes, server, change }) => {
    const files = change.files.map((file) => `\`${fileWords(file)}\``);
    const changes = [...(server ? [`server ${server}`] : []), ...releaseWords(change)];
    const all = [...changes, ...unitWords(change), ...change.others, ...files];
    return `${nodes.join(", ")}: ${all.join("; ")}`;
  });
}

function times(nodes: readonly NodeTime[]): string[] {
  if (nodes.length === 0) return [];
  const cell = (seconds: number | undefined) =>
    seconds === undefined ? "-" : `${seconds.toFixed(1)} s`;
  const rows = nodes.map(
    ({ node, server, configuration }) => `| ${node} | ${cell(server)} | ${cell(configuration)} |`,
  );
  return ["", "| Node | Server | Configuration |", "| --- | --- | --- |", ...rows];
}

function drillWords({ suite, ids, isGood }: Rehearsed["drills"][number]): string {
  const verdict = isGood ? "within their bounds" : "MISSED";
  return `${suite} ${ids.join(", ")}: ${verdict}`;
}

/** The timeline of the requests as an SVG; undefined: there were no requests. */
export function timelineSvg({ base, loaded }: Rehearsed, budget: number): string | undefined {
  if (!loaded) return undefined;
  const { requests, lost: failed, outageMs, series, lastedMs } = loaded;
  const drilled: Drilled = {
    drill: {
      ...{ id: "Rehearsal", title: `of the present files on ${base.slice(0, 12)}` },
      // The outage has no bound of its own: the budget counts requests.
      ...{ boundMs: budget === 0 ? 0 : lastedMs, moves: [0, 0], failed: budget },
      run: () => Promise.reject(new Error("it is over")),
    },
    runs: [{ outageMs, requests, failed, moves: 0, series }],
    errors: [],
  };
  return timeline(drilled);
}

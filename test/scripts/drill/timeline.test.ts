import { describe, expect, it } from "vitest";
import type { Series } from "../../../scripts/drill/drill";
import { timeline } from "../../../scripts/drill/timeline";
import { drilled, measured } from "./drilled";

/** Three seconds in buckets of one, with a failure in the second one. */
function series(different: Partial<Series> = {}): Series {
  return { stepMs: 1_000, good: [10, 0, 5], failed: [0, 2, 0], marks: [], ...different };
}

const one = (different: Partial<Series> = {}) =>
  drilled({ runs: [measured({ series: series(different) })] });

const count = (svg: string, part: string) => svg.split(part).length - 1;
const numbers = (svg: string) => [...svg.matchAll(/run (\d+):/g)].map(([, number]) => number);

describe("timeline", () => {
  it("says which drill it is, its outage, its bound and its verdict", () => {
    const svg = timeline(one());
    expect(svg).toContain("<title>F5 active node loses power</title>");
    expect(svg).toContain(">F5 active node loses power</text>");
    expect(svg).toContain(">outage 800 / 800 / 800 ms, bound 3000 ms, ok</text>");
  });

  it("says that a bound was missed, and by which run", () => {
    const runs = [measured({ series: series(), outageMs: 3_001 }), measured({ series: series() })];
    const svg = timeline(drilled({ runs }));
    expect(svg).toContain("bound 3000 ms, MISSED</text>");
    expect(svg).toMatch(/fill="#c8102e">run 1: outage 3001 ms/);
    expect(svg).toMatch(/fill="#222">run 2: outage 800 ms, 12 of 400 failed/);
  });

  it("has one path for each run", () => {
    const runs = [1, 2, 3].map(() => measured({ series: series() }));
    expect(count(timeline(drilled({ runs })), "<path ")).toBe(3);
  });

  it("draws the good answers as steps between the start and the end of the plot", () => {
    expect(/ d="([^"]+)"/.exec(timeline(one()))?.[1]).toBe(
      "M56 194V110H347.3V194H638.7V152H930V194Z",
    );
  });

  it("draws a red bar for each bucket with failures", () => {
    const bars = timeline(one({ failed: [0, 2, 1] })).match(/<rect [^>]*fill="#c8102e"\/>/g);
    expect(bars).toEqual([
      '<rect x="347.3" y="177.2" width="291.3" height="16.8" fill="#c8102e"/>',
      '<rect x="638.7" y="185.6" width="291.3" height="8.4" fill="#c8102e"/>',
    ]);
  });

  it("draws a mark as a dashed line with its label", () => {
    const svg = timeline(one({ marks: [{ atMs: 1_500, text: "fault" }] }));
    expect(svg).toMatch(/<line x1="493" [^>]* x2="493" [^>]*stroke-dasharray/);
    expect(svg).toContain(">fault</text>");
  });

  it("writes the label of a mark at the end to the left of it", () => {
    const svg = timeline(one({ marks: [{ atMs: 2_990, text: "healed" }] }));
    expect(svg).toMatch(/text-anchor="end"[^>]*>healed</);
  });

  it("has an axis in seconds", () => {
    const svg = timeline(one());
    for (const second of ["0 s", "1 s", "2 s", "3 s"]) expect(svg).toContain(`>${second}</text>`);
  });

  it("escapes titles and marks", () => {
    const series1 = series({ marks: [{ atMs: 0, text: "a<b>\u0007" }] });
    const svg = timeline(
      drilled({ drill: { title: `"5 %" & </svg>` }, runs: [measured({ series: series1 })] }),
    );
    expect(svg).toContain(">F5 &quot;5 %&quot; &amp; &lt;/svg&gt;</text>");
    expect(svg).toContain(">a&lt;b&gt; </text>");
    expect(count(svg, "</svg>")).toBe(1);
  });

  it("shows the ten runs with the longest outages, in their order", () => {
    const runs = [5, 1, 9, 8, 7, 6, 12, 11, 10, 2, 4, 3].map((outageMs) =>
      measured({ outageMs, series: series() }),
    );
    const svg = timeline(drilled({ runs }));
    expect(numbers(svg)).toEqual(["1", "3", "4", "5", "6", "7", "8", "9", "11", "12"]);
    expect(svg).toContain("10 of 12 runs</text>");
  });

  it("leaves out a run without a timeline and keeps the numbers of the others", () => {
    const svg = timeline(drilled({ runs: [measured(), measured({ series: series() })] }));
    expect(numbers(svg)).toEqual(["2"]);
  });

  it("says so if no run has a timeline", () => {
    const svg = timeline(drilled());
    expect(svg).toContain(">no run has a timeline</text>");
    expect(svg).not.toContain("<path ");
  });

  it("draws half an hour with at most 600 points, and a single failure that can be seen", () => {
    const good = new Array<number>(18_000).fill(10);
    const failed = good.map((_, i) => (i === 9_000 ? 1 : 0));
    const svg = timeline(one({ stepMs: 100, good, failed }));
    expect(count(/ d="([^"]+)"/.exec(svg)![1]!, "H")).toBe(600);
    expect(svg).toMatch(/width="2" height="2" fill="#c8102e"/);
  });

  it("is the same for the same runs", () => {
    expect(timeline(one())).toBe(timeline(one()));
  });
});

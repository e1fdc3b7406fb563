import { describe, expect, it } from "vitest";
import type { Probe, Prober } from "../../../scripts/drill/prober";
import { Probers } from "../../../scripts/drill/probers";

/** A prober that has sent a request every 100 ms, each answered after 10 ms with that status. */
function prober(...statuses: number[]): Prober {
  const probes: Probe[] = statuses.map((status, i) => ({ atMs: i * 100, tookMs: 10, status }));
  return { probes, start: () => undefined } as unknown as Prober;
}

describe("probers", () => {
  it("add up what each of them counted", () => {
    const together = new Probers([prober(200, 503, 200), prober(200, 200)]);
    expect(together.seen()).toMatchObject({ requests: 5, failed: 1, retried: 0, slowestMs: 10 });
    expect(together.probes).toHaveLength(5);
  });

  it("saw the longest outage that one of them saw", () => {
    const [short, long] = [prober(200, 503, 200), prober(200, 200, 503, 503, 200)];
    const worst = { outageMs: 300, outageFromMs: 110 };
    expect(new Probers([short, long]).seen()).toMatchObject(worst);
    expect(new Probers([long, short]).seen()).toMatchObject(worst);
  });

  it("keep the marks with their time since the start", () => {
    const { mark, marks } = new Probers([prober()]);
    mark("fault");
    expect(marks).toEqual([{ atMs: expect.any(Number), text: "fault" }]);
    expect(marks[0]!.atMs).toBeLessThan(1_000);
  });
});

import { describe, expect, it } from "vitest";
import { retentionSettings } from "../../../config/backups-schema";
import { pruning } from "../../../scripts/prune/pruning";
import { plan } from "../../../scripts/restore/plan";
import { aged, dayMs, type FakeHistory, idOf, startMs, stepMs } from "./fake-history";

const planned = (history: FakeHistory) =>
  pruning(history.found(), retentionSettings.parse({}), history.nowMs);

describe("with bases that lack transactions of their links, pruning", () => {
  it("goes back to a base that lacks none", () => {
    const history = aged(40);
    const late = history.lag(25, 3);
    const made = planned(history);
    const anchor = made.keep.find(({ why }) => why.includes("log"))!;
    expect([made.refused, anchor.id, made.throughLink]).toEqual([
      ...["", idOf(startMs + 24 * dayMs), 24 * 6],
    ]);
    history.delete(made);
    // A moment after the late base, of whose base the links before it are still there.
    const { bases, links } = history.found();
    const us = (startMs + 25 * dayMs + 3 * stepMs) * 1_000;
    const restored = plan(bases, links, { kind: "time", us });
    expect([restored.faults, restored.base.id === late]).toEqual([[], false]);
  });

  it("is refused if every base from before the log lacks some", () => {
    const history = aged(16);
    history.delete({ bases: [idOf(startMs)] });
    const id = history.lag(1, 1);
    expect(planned(history).refused).toBe(
      `base ${id} lacks 3e11fa47-71ca-11e1-9e33-c80aa9429562:6, which only links before it have`,
    );
  });

  it("is not refused for a base in the days of the log: an earlier one has its links", () => {
    const history = aged(40);
    history.lag(33, 3);
    expect(planned(history).refused).toBe("");
  });
});

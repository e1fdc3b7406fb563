import { describe, expect, it } from "vitest";
import { retentionSettings } from "../../../config/backups-schema";
import { retainedByAge, pruning } from "../../../scripts/prune/pruning";
import { plan } from "../../../scripts/restore/plan";
import { aged, dayMs, FakeHistory, idOf, startMs, stepMs } from "./fake-history";

const retention = retentionSettings.parse({});
const planned = (history: FakeHistory, nowMs = history.nowMs) =>
  pruning(history.found(), retention, nowMs);

describe("bases are kept by their age", () => {
  it("the last one of each of so many days, weeks and months", () => {
    const ids = Array.from({ length: 100 }, (_, i) => idOf(startMs + (i * dayMs) / 2));
    const kept = retainedByAge(ids, { daily: 2, weekly: 2, monthly: 2 });
    // The hundredth half day is Monday 2026-07-20.
    expect(Object.fromEntries(kept)).toEqual({
      "20260720T150000Z": ["daily", "weekly", "monthly"],
      "20260719T150000Z": ["daily", "weekly"],
      "20260630T150000Z": ["monthly"],
    });
  });
});

describe("what is pruned", () => {
  it("is nothing as long as nothing is older than it is to be kept", () => {
    const { bases, links, data, parts, refused } = planned(aged(8));
    expect([refused, links, data, parts]).toEqual(["", [], [], []]);
    expect(bases).toEqual([]);
  });

  it("is every link that lies before the base from before the days of the log", () => {
    const history = aged(40);
    const { throughLink, links, data, keep, bases } = planned(history);
    const anchor = keep.find(({ why }) => why.includes("log"))!;
    // The newest transaction is two hours old, so the log begins two hours before a base.
    expect(anchor.id).toBe(idOf(startMs + 25 * dayMs));
    expect([throughLink, links.length, data.length]).toEqual([150, 150, 150]);
    expect(keep.filter(({ reachesEnd }) => reachesEnd)).toHaveLength(keep.length - 1);
    expect(keep.at(-1)?.why).toEqual(["daily", "weekly", "monthly", "newest"]);
    expect(bases).toHaveLength(40 - keep.length);
  });

  it("leaves every second of the days of the log, day for day", () => {
    const history = new FakeHistory();
    for (let day = 1; day <= 100; day += 1) {
      history.days(1);
      const made = planned(history);
      expect(made.refused).toBe("");
      history.delete(made);
      const { bases, links } = history.found();
      const back = Math.min(14, day - 1) * dayMs;
      for (const agoMs of [back / 2, back]) {
        const us = (history.nowMs - Math.max(agoMs, stepMs)) * 1_000;
        if (us < startMs * 1_000) continue;
        expect(plan(bases, links, { kind: "time", us }).faults).toEqual([]);
      }
      expect(plan(bases, links, { kind: "latest" }).faults).toEqual([]);
      expect(bases.at(-1)?.link).toBe(history.steps - 6);
    }
    const { bases, linkNumbers } = history.found();
    expect(bases.length).toBeLessThan(7 + 4 + 3 + 1);
    // The base from before the days of the log may be up to a week older.
    expect(linkNumbers.length).toBeLessThan((14 + 8) * 6);
  });

  it("leaves a base that stands alone restorable to its own moment", () => {
    const history = aged(100);
    history.delete(planned(history));
    const { bases, links } = history.found();
    const made = plan(bases, links, { kind: "gtid", set: bases[0]!.gtids });
    expect([made.base.id, made.links, made.faults]).toEqual([bases[0]!.id, [], []]);
  });

  it("is nothing more of a history that has ended, or by a clock that is ahead", () => {
    const history = aged(40);
    const now = planned(history);
    expect(planned(history, history.nowMs + 1_000 * dayMs)).toEqual(now);
  });

  it("goes on after a run that broke off", () => {
    const history = aged(40);
    const made = planned(history);
    history.delete({ bases: made.bases, links: made.links.slice(0, 100) });
    const again = planned(history);
    expect([again.bases, again.links]).toEqual([[], made.links.slice(100)]);
    expect([again.data, again.parts]).toEqual([made.data, made.parts]);
  });

  it("are parts of a base that never came, once they are two days old", () => {
    const history = aged(3);
    const old = history.strayPart(startMs + stepMs);
    history.strayPart(history.nowMs - stepMs);
    expect(planned(history).parts).toEqual([old]);
  });
});

describe("dumps are pruned", () => {
  const weekly = (weeks: number) => {
    const history = aged(weeks * 7);
    const ids = Array.from({ length: weeks }, (_, i) =>
      history.dump(startMs + (i * 7 + 6) * dayMs),
    );
    return { history, ids };
  };

  it("but for the last one of each of the last weeks and months, and the newest", () => {
    const { history, ids } = weekly(20);
    const { keepDumps, dumps, dumpParts, refused } = planned(history);
    expect(refused).toBe("");
    const kept = keepDumps.map(({ id }) => id);
    // The last Sundays of August and September, the latter among the last four weeks.
    expect(kept).toEqual([ids[12], ...ids.slice(-4)]);
    expect(keepDumps.at(-1)).toEqual({ id: ids.at(-1), why: ["weekly", "monthly"] });
    expect(dumps).toEqual(ids.filter((id) => !kept.includes(id)));
    expect(dumpParts).toHaveLength(dumps.length * 2);
    history.delete(planned(history));
    expect(planned(history)).toMatchObject({ keepDumps, dumps: [], dumpParts: [] });
  });

  it("never all of them, however old they are", () => {
    const history = aged(1);
    const id = history.dump(startMs - 900 * dayMs);
    expect(planned(history)).toMatchObject({ dumps: [], dumpParts: [], keepDumps: [{ id }] });
  });

  it("with the objects of one that never came, once they are two days old", () => {
    const history = aged(3);
    const old = history.dump(startMs - dayMs, false);
    history.dump(history.nowMs - stepMs, false);
    const { dumps, dumpParts } = planned(history);
    expect(dumps).toEqual([]);
    expect(dumpParts).toEqual([
      `t/dump-parts/${old}/00001.age`,
      `t/dump-parts/${old}/accounts.age`,
    ]);
  });

  it("not if something else is refused", () => {
    const { history } = weekly(20);
    history.delete({ data: [...history.found().data].slice(-1).map(({ key }) => key) });
    const { refused, dumps, dumpParts } = planned(history);
    expect([refused === "", dumps, dumpParts]).toEqual([false, [], []]);
  });
});

describe("nothing is pruned", () => {
  const refusal = (break_: (history: FakeHistory) => void) => {
    const history = aged(40);
    break_(history);
    const { refused, bases, links, data, parts } = planned(history);
    expect([bases, links, data, parts]).toEqual([[], [], [], []]);
    return refused;
  };

  it("if a link, a segment or a part of what would be left is not there", () => {
    expect(refusal((h) => h.delete({ links: [170, 171] }))).toBe("link 170 to 171 are not there");
    const key = "t/data/0000000230.x.age";
    expect(refusal((h) => h.delete({ data: [key] }))).toBe("the segment of link 230 is not there");
    const part = `t/parts/${idOf(startMs + 39 * dayMs)}/00001.age`;
    expect(refusal((h) => h.delete({ parts: [part] }))).toContain(`${part} of base`);
  });

  it("if a link does not follow the one before, or the chain lacks transactions", () => {
    const broken = (change: (found: ReturnType<FakeHistory["found"]>) => void) => {
      const found = aged(40).found();
      change(found);
      return pruning(found, retention, startMs + 41 * dayMs).refused;
    };
    expect(broken(({ links }) => void (links[199]!.fault = "does not follow link 199"))).toBe(
      "link 200 does not follow link 199",
    );
    const lacking = broken(({ links }) => {
      const { segment } = links[235]!.link!;
      segment!.gtids = links[234]!.link!.segment!.gtids;
    });
    expect(lacking).toMatch(/^the chain lacks .*:236$/);
  });

  it("and not refused for what would go anyway", () => {
    const history = aged(40);
    history.delete({ links: [3] });
    expect(planned(history).refused).toBe("");
  });

  it("if there is no base", () => {
    const history = new FakeHistory();
    history.step();
    const found = { ...history.found(), links: [] };
    expect(pruning(found, retention, history.nowMs).refused).toBe("there is no base");
  });
});

import { describe, expect, it } from "vitest";
import { heartbeatLine } from "../../../scripts/restore/check-restored";
import { isProof, momentIn, sayFailed, sayProved, windowOf } from "../../../scripts/restore/proof";
import { microsecondsOf } from "../../../scripts/restore/target";
import { MemoryStore } from "../../host/archiver/memory-store";
import { aged, dayMs, FakeHistory, startMs, stepMs } from "../prune/fake-history";

const archiveOf = (history: FakeHistory) => ({ timeline: "t", ...history.found() });
const endUs = (history: FakeHistory) => (history.nowMs - stepMs / 2) * 1_000;

describe("the time from which a moment is drawn", () => {
  it("begins with the newest base, or with the oldest that reaches the end", () => {
    const history = aged(5);
    const toUs = endUs(history);
    const archive = archiveOf(history);
    expect(windowOf(archive, "newest")).toEqual({ fromUs: (startMs + 4 * dayMs) * 1_000, toUs });
    expect(windowOf(archive, "all")).toEqual({ fromUs: startMs * 1_000, toUs });
  });

  it("does not begin with a base that stands alone", () => {
    const history = aged(5);
    history.delete({ links: [5, 6, 7, 8, 9] });
    expect(windowOf(archiveOf(history), "all").fromUs).toBe((startMs + 2 * dayMs) * 1_000);
  });

  it("is none if the end is not reached, or there is no base", () => {
    const history = aged(5);
    history.delete({ links: [26] });
    expect(() => windowOf(archiveOf(history), "newest")).toThrow(
      "the log behind the newest base is not whole: link 26 is not there",
    );
    expect(() => windowOf({ timeline: "t", bases: [], links: [] }, "all")).toThrow("no base");
  });
});

describe("a moment", () => {
  it("may be any microsecond of it, its ends too", () => {
    const window = { fromUs: 1_000, toUs: 1_009 };
    expect(momentIn(window, () => 0)).toEqual({ kind: "time", us: 1_000 });
    expect(momentIn(window, (below) => below - 1)).toEqual({ kind: "time", us: 1_009 });
    expect(momentIn({ fromUs: 5, toUs: 5 })).toEqual({ kind: "latest" });
    const year = { fromUs: 0, toUs: 366 * dayMs * 1_000 };
    expect(momentIn(year)).toMatchObject({ kind: "time" });
  });
});

describe("the heartbeat of a restored database", () => {
  const moment = microsecondsOf("2026-11-28T12:00:05Z");

  it("is from before the moment", () => {
    const beat = String(microsecondsOf("2026-11-28T12:00:01.9Z"));
    expect(heartbeatLine([beat], moment)).toBe("heartbeat   3.1 s before the moment");
  });

  it("is an error if it is from after it, or not there", () => {
    expect(() => heartbeatLine([String(moment + 1)], moment)).toThrow(
      "has a heartbeat of 2026-11-28T12:00:05.000001Z, after the moment 2026-11-28T12:00:05.000000Z",
    );
    expect(() => heartbeatLine([], moment)).toThrow("has no heartbeat");
  });
});

const base = { version: 1 as const, id: "20261128T031500Z", parts: [], gtids: "", link: 0 };
const plan = {
  base: { ...base, bytes: 1, plainBytes: 1, node: "db-2", mysql: "9.7.4" },
  ...{ links: [], missing: "", faults: [], bytes: 1 },
};

describe("a proof in the bucket", () => {
  it("is named after its time, and says what was proved of which moment", async () => {
    const store = new MemoryStore();
    const restored = { gtids: "x:1-3", transactions: 3, lastUs: 1_000_000 };
    const tables = [
      { table: "app.a", rows: 2 },
      { table: "app.b", rows: 3 },
    ];
    const target = { kind: "time", us: 1_500_000 } as const;
    const endUs = (Date.now() - 20_000) * 1_000;
    const line = await sayProved(store, "w", {
      timeline: "4b2c",
      ...{ plan, target, restored, tables, ms: 5_000, endUs },
    });
    const [[key, content]] = [...store.objects] as [[string, Buffer]];
    expect(key).toMatch(/^w\/proofs\/\d{8}T\d{6}Z\.json$/);
    const report = { to: "1970-01-01T00:00:01.500000Z", tables: 2, rows: 5, transactions: 3 };
    expect(JSON.parse(content.toString())).toMatchObject({
      ...{ ...report, timeline: "4b2c", base: base.id, seconds: 5 },
    });
    expect(line).toContain("15.0 s behind when it began");
  });

  it("is in another folder if it failed", async () => {
    const store = new MemoryStore();
    await sayFailed(store, "w", "link 5 is not there", "4b2c");
    const [[key, content]] = [...store.objects] as [[string, Buffer]];
    expect(key).toMatch(/^w\/proof-failures\/\d{8}T\d{6}Z\.json$/);
    expect(JSON.parse(content.toString())).toMatchObject({
      timeline: "4b2c",
      reason: "link 5 is not there",
    });
  });
});

describe("a restore", () => {
  const latest = { plan, target: { kind: "latest" } as const, history: undefined };

  it("proves the backups if the whole history of the stack was restored without a gap", () => {
    expect(isProof(latest)).toBe(true);
    expect(isProof({ ...latest, plan: { ...plan, faults: ["link 5 is not there"] } })).toBe(false);
    expect(isProof({ ...latest, target: { kind: "time", us: 1 } })).toBe(false);
  });

  it("proves nothing if the operator named a history, which may have ended", () => {
    expect(isProof({ ...latest, history: "4b2c" })).toBe(false);
  });
});

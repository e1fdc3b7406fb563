import { describe, expect, it } from "vitest";
import {
  databaseReport,
  describeSaved,
  writesFault,
  unfinishedResize,
  foreignTables,
} from "../../../scripts/operate/database-report";
import type { DatabaseState } from "../../../scripts/operate/databases";

const three = ["db-1", "db-2", "db-3"];

const five = [...three, "db-4", "db-5"];

function states(electorate: DatabaseState["electorate"], lists: (string[] | undefined)[]) {
  const each = lists.map((list, i) => {
    const state: DatabaseState = {
      ...{ ready: true, gtid: "", lastView: null, dataAgeMs: 0, waiting: "", majority: true },
      ...{ members: [], member: { state: "ONLINE", role: i === 0 ? "PRIMARY" : "SECONDARY" } },
      ...(list ? { list, electorate } : {}),
    };
    return [`db-${i + 1}`, state] as const;
  });
  return new Map<string, DatabaseState | undefined>(each);
}

describe("a change of the number of database nodes", () => {
  it("has ended once every node is configured with the electorate", () => {
    expect(unfinishedResize(states({ members: three }, [three, three, three]))).toBeUndefined();
  });

  it("is not known of supervisors of an earlier release", () => {
    expect(unfinishedResize(states(undefined, [undefined, undefined]))).toBeUndefined();
  });

  it("is reported while some nodes have another list, with what to do", () => {
    const text = unfinishedResize(states({ members: three }, [five, five, three]));
    expect(text).toContain("counted over db-1, db-2, db-3; configured otherwise: db-1 (5 nodes)");
    expect(text).toContain("run pulumi up again, or set db.nodes as it was");
  });

  it("is reported while majorities of both lists count", () => {
    const text = unfinishedResize(states({ members: five, next: three }, [three, three, three]));
    expect(text).toContain("db-4, db-5, and over db-1, db-2, db-3. New nodes");
  });
});

function state(own: Partial<DatabaseState> = {}): DatabaseState {
  return {
    ...{ ready: true, gtid: "", lastView: { primary: "db-1" }, dataAgeMs: 0, waiting: "" },
    ...{ majority: true, members: [], member: { state: "ONLINE", role: "SECONDARY" }, ...own },
  };
}

describe("what is said of a database node", () => {
  it("is one line and no error for an ONLINE member, also for one with old data", () => {
    expect(databaseReport("db-2", state())).toEqual({
      line: "db-2  SECONDARY ONLINE, data 0 ms old, last primary db-1",
      error: undefined,
    });
    expect(databaseReport("db-2", state({ dataAgeMs: 4_000 }))).toEqual({
      line: "db-2  SECONDARY ONLINE, data 4000 ms old, so no reads, last primary db-1",
      error: undefined,
    });
  });

  it("is an error if the supervisor does not answer", () => {
    expect(databaseReport("db-3", undefined)).toEqual({
      line: "db-3  its supervisor does not answer",
      error: "db-3: its supervisor does not answer",
    });
  });

  it("is an error if the member is not ONLINE, with what it waits for", () => {
    const member = { state: "OFFLINE", role: "" };
    const waiting = "the disk is nearly full";
    expect(databaseReport("db-3", state({ member, waiting }))).toEqual({
      line: "db-3  no role OFFLINE, waits: the disk is nearly full, last primary db-1",
      error: "db-3: the member must be ONLINE, got OFFLINE; it waits: the disk is nearly full",
    });
    const joining = { state: "RECOVERING", role: "SECONDARY" };
    expect(databaseReport("db-3", state({ member: joining })).error).toBe(
      "db-3: the member must be ONLINE, got RECOVERING",
    );
  });

  it("is an error if MySQL does not answer", () => {
    expect(databaseReport("db-1", state({ member: null, lastView: null }))).toEqual({
      line: "db-1  no role MySQL does not answer, last primary unknown",
      error: "db-1: MySQL does not answer",
    });
  });

  it("is an error if the member is cut off from the majority", () => {
    const member = { state: "ONLINE", role: "PRIMARY" };
    expect(databaseReport("db-1", state({ member, majority: false }))).toEqual({
      line: "db-1  PRIMARY ONLINE, without a majority, last primary db-1",
      error: "db-1: the member is ONLINE, but without a majority",
    });
  });
});

describe("a primary that takes no writes", () => {
  const noWrites = "1 of 3 nodes confirm it, and 2 must (not db-2, db-3)";
  const member = { state: "ONLINE", role: "PRIMARY" };
  const primary = state({ member, servesWrites: false, noWrites });
  const serving = state({ member, servesWrites: true, noWrites: "" });

  it("is an error, with the reason", () => {
    expect(databaseReport("db-1", primary)).toEqual({
      line: "db-1  PRIMARY ONLINE, takes no writes, last primary db-1",
      error: `db-1: the primary takes no writes: ${noWrites}`,
    });
    expect(databaseReport("db-1", serving).error).toBeUndefined();
    expect(databaseReport("db-2", state({ servesWrites: false, noWrites: "" })).error).toBe(
      undefined,
    );
  });

  it("is an error of all nodes together, as is a group without a primary", () => {
    const text = "no write succeeds: no node of db-1, db-2 is a primary that takes writes";
    const states = (...both: DatabaseState[]) =>
      new Map(both.map((one, i) => [`db-${i + 1}`, one]));
    expect(writesFault(states(primary, state()))).toBe(text);
    expect(writesFault(states(state(), state()))).toBe(text);
    expect(writesFault(states(serving, state()))).toBeUndefined();
    expect(writesFault(states(state({ member }), state()))).toBeUndefined();
  });
});

const expected = {
  ...{ gtids: "5d4a0f5e-6a5e-4d0c-9f6a-0c1d5f3e9b11:6-7", reason: "the group lacks them" },
  ...{ donor: "db-2", savedAt: "2026-11-28T09:00:00.000Z", bytes: 9049 },
};

describe("saved transactions", () => {
  it("are named with their file and how it is read", () => {
    const lines = `2026-11-28T090000Z-1.json ${JSON.stringify(expected)}\n`;
    expect(describeSaved(lines)).toEqual([
      `saved 2026-11-28T09:00:00.000Z before a copy of db-2: ${expected.gtids} (9049 bytes)`,
      "  read it with: sudo grep -E '^(SET @@SESSION.GTID_NEXT|###)' /var/lib/webstack-supervisor/saved/2026-11-28T090000Z-1.sql",
    ]);
  });

  it("are nothing to tell where there are none, or no node answers", () => {
    expect(describeSaved("")).toEqual([]);
  });
});

describe("tables of which the backups have no rows", () => {
  it("are no error if there are none", () => {
    expect(foreignTables([])).toBeUndefined();
  });

  it("are named with their engine and the statement that mends the first one", () => {
    const error = foreignTables(["app.hits\tMyISAM", "shop.log\tARCHIVE"]);
    expect(error).toContain("than InnoDB: app.hits (MyISAM), shop.log (ARCHIVE). Bases and dumps");
    expect(error).toMatch(/: ALTER TABLE app\.hits ENGINE = InnoDB$/);
  });

  it("are counted from the eleventh on", () => {
    const rows = Array.from({ length: 12 }, (_, i) => `app.t${i + 1}\tMyISAM`);
    expect(foreignTables(rows)).toContain("app.t10 (MyISAM) and 2 more. Bases");
  });
});

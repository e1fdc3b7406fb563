import { describe, expect, it } from "vitest";
import type { DatabaseState } from "../../../scripts/operate/databases";
import { unfinishedResize } from "../../../scripts/operate/resize-report";

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

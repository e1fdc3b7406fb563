import { describe, expect, it } from "vitest";
import { CheckClients } from "../../../../host/supervisor/observation/check-clients";

const [app1, app2] = ["10.0.3.11", "10.0.3.12"] as const;

describe("askers", () => {
  const askers = new CheckClients(["10.0.4.12"], 1_000);

  it("are known by address with the time since, databases not", () => {
    askers.onCheck(app1, [], 2_000);
    askers.onCheck("10.0.4.12", [], 2_000);
    askers.onCheck("", [], 2_000);
    askers.onCheck(app1, [], 3_000);
    expect(askers.ages(3_500)).toEqual({ [app1]: 500 });
    expect(askers.listeningMs(3_500)).toBe(2_500);
  });

  it("have all asked since a time, apart from those that have not asked lately", () => {
    const seen = new CheckClients([], 0);
    expect(seen.haveAskedSince(1_000, 1_000)).toBe(true);
    seen.onCheck(app1, [], 1_000);
    seen.onCheck(app2, [], 1_400);
    expect(seen.haveAskedSince(1_400, 2_000)).toBe(false);
    expect(seen.haveAskedSince(1_400, 2_500)).toBe(true);
    seen.onCheck(app1, [], 2_500);
    expect(seen.haveAskedSince(1_400, 2_600)).toBe(true);
    expect(seen.haveAskedSince(2_600, 2_600)).toBe(false);
  });

  it("are forgotten after a minute, or when the clock was set back", () => {
    expect(askers.ages(63_000)).toEqual({ [app1]: 60_000 });
    expect(askers.ages(63_001)).toEqual({});
    askers.onCheck(app2, [], 70_000);
    expect(askers.ages(65_000)).toEqual({});
  });

  it("say which other node they reach as the primary, for a second and a half", () => {
    const seen = new CheckClients(["10.0.4.12"], 0);
    seen.onCheck(app1, ["db-1"], 1_000);
    seen.onCheck("10.0.4.12", ["db-3"], 1_000);
    expect(seen.otherPrimary("db-2", 2_499)).toEqual({ by: app1, primary: "db-1" });
    expect(seen.otherPrimary("db-1", 2_499)).toBeUndefined();
    expect(seen.otherPrimary("db-2", 2_500)).toBeUndefined();
    seen.onCheck(app1, ["db-2", "db-3"], 3_000);
    expect(seen.otherPrimary("db-2", 3_000)).toEqual({ by: app1, primary: "db-3" });
    seen.onCheck(app1, [], 3_100);
    expect(seen.otherPrimary("db-2", 3_100)).toBeUndefined();
  });
});

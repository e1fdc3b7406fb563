import { describe, expect, it } from "vitest";
import { durationMs, isPrimary, isReplica } from "../../../../host/supervisor/wire/roles";
import { member } from "../support/node-state";

describe("roles for the proxies", () => {
  const primary = member("db-1", "PRIMARY");
  const replica = member("db-2", "SECONDARY", { dataAgeMs: 900 });

  it("a primary is ONLINE, writable and sees a majority", () => {
    expect(isPrimary(primary)).toBe(true);
    expect(isPrimary({ ...primary, writable: false })).toBe(false);
    expect(isPrimary({ ...primary, majority: false })).toBe(false);
    expect(isPrimary({ ...primary, member: { state: "RECOVERING", role: "PRIMARY" } })).toBe(false);
    expect(isPrimary(replica)).toBe(false);
  });

  it("a replica is ONLINE, sees a majority and lags no more than asked", () => {
    expect(isReplica(replica, 1_000)).toBe(true);
    expect(isReplica(replica, 899)).toBe(false);
    expect(isReplica({ ...replica, majority: false }, 1_000)).toBe(false);
    expect(isReplica({ ...replica, dataAgeMs: 1_001 }, 1_000)).toBe(false);
    expect(isReplica(primary, 1_000)).toBe(false);
  });

  it("reads limits as the proxies write them", () => {
    expect(["1s", "250ms", "70", "soon"].map(durationMs)).toEqual([1_000, 250, 70, 1_000]);
  });
});

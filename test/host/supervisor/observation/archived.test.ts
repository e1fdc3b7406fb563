import { describe, expect, it } from "vitest";
import { archivedOf } from "../../../../host/supervisor/observation/archived";
import { upTo } from "../support/node-state";

const nowMs = 1_800_000_000_000;
const lineage = [{ epoch: "7@db-1", founding: upTo(3) }];
const status = (changed: object = {}) =>
  JSON.stringify({
    ...{ archived: upTo(9), origin: "some-database 7@db-1", atUs: (nowMs - 2_000) * 1_000 },
    ...changed,
  });

describe("what is archived, for the supervisor", () => {
  it("is the set of the archiver's status", () => {
    expect(archivedOf(status(), lineage, nowMs)).toBe(upTo(9));
    expect(archivedOf(status({ origin: "some-database " }), [], nowMs)).toBe(upTo(9));
  });

  it.each([
    ["of data of another group", { origin: "some-database 8@db-2" }],
    ["of no data", { origin: "" }],
    ["without a set", { archived: "" }],
    ["of an earlier version", { archived: undefined }],
    ["older than two minutes", { atUs: (nowMs - 130_000) * 1_000 }],
  ])("is unknown with a status %s", (_, changed) => {
    expect(archivedOf(status(changed), lineage, nowMs)).toBeUndefined();
  });
});

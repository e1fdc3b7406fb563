import { describe, expect, it } from "vitest";
import { continuity, shouldArchive, rankOf } from "../../../host/archiver/decisions";

const a = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
const sight = { archived: `${a}:1-10`, executed: `${a}:1-20`, purged: `${a}:1-5`, base: undefined };

describe("continuity", () => {
  it("goes on where everything purged is archived, and everything archived is executed", () => {
    expect(continuity(sight)).toEqual({ kind: "continues" });
    expect(continuity({ ...sight, archived: "", purged: "" })).toEqual({ kind: "continues" });
  });

  it("names what a MySQL lacks of the archive: it would send nothing, without a word", () => {
    const executed = `${a}:1-8`;
    expect(continuity({ ...sight, executed })).toEqual({ kind: "behind", missing: `${a}:9-10` });
  });

  it("names what is purged and not archived", () => {
    const purged = `${a}:1-14`;
    expect(continuity({ ...sight, purged })).toEqual({ kind: "gap", missing: `${a}:11-14` });
  });

  it("goes on from a base that has what is missing, and from no other", () => {
    const purged = `${a}:1-14`;
    const base = { id: "20261128T031500Z", gtids: `${a}:1-16` };
    expect(continuity({ ...sight, purged, base })).toEqual({
      kind: "bridged",
      missing: `${a}:11-14`,
      base: base.id,
    });
    const older = { ...base, gtids: `${a}:1-13` };
    expect(continuity({ ...sight, purged, base: older }).kind).toBe("gap");
    const foreign = { ...base, gtids: `${a}:1-30` };
    expect(continuity({ ...sight, purged, base: foreign }).kind).toBe("gap");
  });
});

describe("the turn of a node", () => {
  const order = ["10.0.4.11", "10.0.4.12", "10.0.4.13"];
  const view = { serves: true, secondaries: ["10.0.4.13", "10.0.4.12"], primary: "10.0.4.11" };

  it("is that of the first secondary, then of the others, the primary last", () => {
    expect(order.map((own) => rankOf(own, order, view))).toEqual([2, 0, 1]);
  });

  it("is the primary's where it is alone", () => {
    expect(rankOf(order[0]!, order, { ...view, secondaries: [] })).toBe(0);
    expect(
      rankOf(order[0]!, order.slice(0, 1), { serves: true, secondaries: [], primary: "" }),
    ).toBe(0);
  });

  it("is nobody's who does not serve", () => {
    expect(rankOf(order[1]!, order, { ...view, serves: false })).toBeUndefined();
    expect(shouldArchive(undefined, 1e9)).toBe(false);
  });

  it("comes to the next ones when the archive is silent", () => {
    expect([0, 1, 2].map((rank) => shouldArchive(rank, 0))).toEqual([true, false, false]);
    expect([0, 1, 2].map((rank) => shouldArchive(rank, 31_000))).toEqual([true, true, false]);
    expect(shouldArchive(2, 46_000)).toBe(true);
  });
});

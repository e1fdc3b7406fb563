import { describe, expect, it } from "vitest";
import {
  groupRecordIn,
  nodeStateIn,
  voteRequestIn,
} from "../../../../host/supervisor/core/messages";
import { certificate, member, view, upTo } from "../support/node-state";

const nodes = ["db-1", "db-2", "db-3"];
const agreed = certificate(100);

const electorate = { members: nodes, next: ["db-1", "db-2"], by: view("db-1", 5), step: 1 };

describe("what a peer says of its group", () => {
  it("is a certificate, with or without a primary", () => {
    const record = { certificate: agreed, lastView: view("db-1", 1) };
    expect(groupRecordIn(record)).toEqual(record);
    expect(groupRecordIn({ certificate: agreed, lastView: null })).toMatchObject({
      lastView: null,
    });
  });

  it("is a certificate from before the stack grew, and from before it shrank", () => {
    const record = { certificate: agreed, lastView: view("db-5", 1) };
    expect(groupRecordIn(record)).toEqual(record);
    const voters = ["db-3", "db-4", "db-5"];
    const former = { certificate: { ...agreed, founder: "db-5", voters }, lastView: null };
    expect(groupRecordIn(former)).toEqual(former);
  });

  it("says what the founder had at an override, if that is of a bounded length", () => {
    const ordered = { ...agreed, kind: "override", knew: null };
    const record = (had: unknown) => ({ certificate: { ...ordered, had }, lastView: null });
    expect(groupRecordIn(record(upTo(9)))).toEqual(record(upTo(9)));
    for (const had of ["x".repeat(701), 7]) {
      expect(groupRecordIn(record(had))?.certificate).toEqual(ordered);
    }
  });

  it("says what the founder knew at an override", () => {
    for (const knew of [null, view("db-2", 3)]) {
      const record = { certificate: { ...agreed, kind: "override", knew }, lastView: null };
      expect(groupRecordIn(record)).toEqual(record);
    }
  });

  it.each([
    ["nothing", undefined],
    ["a list", [agreed]],
    ["no view", { certificate: agreed }],
    ["a primary without a name", { certificate: agreed, lastView: view("10.0.4.11", 1) }],
    ["an epoch beyond all", { certificate: agreed, lastView: view("db-1", 1, 1e20) }],
    ["an epoch of text", { certificate: { ...agreed, epoch: "100" }, lastView: null }],
    ["a counter of 0", { certificate: agreed, lastView: view("db-1", 0) }],
    ["a turn below 0", { certificate: agreed, lastView: view("db-1", 1, 100, -1) }],
    ["a founder without a name", { certificate: { ...agreed, founder: "../x" }, lastView: null }],
    ["an unknown kind", { certificate: { ...agreed, kind: "mine" }, lastView: null }],
    ["a nameless voter", { certificate: { ...agreed, voters: ["db-1", ""] }, lastView: null }],
    ["a crowd", { certificate: { ...agreed, voters: Array(33).fill("db-1") }, lastView: null }],
    ["too few voters", { certificate: { ...agreed, voters: ["db-1", "db-1"] }, lastView: null }],
    ["no view that the founder knew", { certificate: { ...agreed, knew: 7 }, lastView: null }],
    ["another group id", { certificate: { ...agreed, groupId: "x" }, lastView: null }],
  ])("is not %s", (_, state) => {
    expect(groupRecordIn(state)).toBeUndefined();
  });
});

describe("what a node says of itself", () => {
  const lineage = [{ epoch: "7@db-1", founding: "" }];
  const state = JSON.parse(JSON.stringify(member("db-2", "SECONDARY", { lineage }))) as object;

  it("is its state as it comes over the wire", () => {
    expect(nodeStateIn("db-2", state)).toBe(state);
    expect(nodeStateIn("db-2", { ...state, dataAgeMs: null })).toBeDefined();
    expect(nodeStateIn("db-2", { ...state, list: nodes, electorate })).toBeDefined();
    expect(nodeStateIn("db-2", { ...state, electorate: null })).toBeDefined();
    expect(nodeStateIn("db-2", { ...state, accepted: ["0123456789abcdef"] })).toBeDefined();
  });

  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["a list", []],
    ["that of another node", { ...state, node: "db-3" }],
    ["a number beyond all that counting reaches", { ...state, highest: 2 ** 48 }],
    ["a number below 0", { ...state, highest: -1 }],
    ["a founding of text", { ...state, founding: "7" }],
    ["one without members", { ...state, members: undefined }],
    ["one with a member that is no name", { ...state, members: ["db-1", 2] }],
    ["one whose lineage is text", { ...state, lineage: ["7@db-1"] }],
    ["one without a GTID set", { ...state, gtid: null }],
    ["one that accepts a number", { ...state, accepted: [7] }],
    ["one whose list of nodes has no names", { ...state, list: ["10.0.4.11"] }],
    ["one whose electorate has no list", { ...state, electorate: { by: null, step: 0 } }],
    ["one whose electorate has no step", { ...state, electorate: { ...electorate, step: null } }],
    [
      "one whose electorate becomes text",
      { ...state, electorate: { ...electorate, next: "db-1" } },
    ],
    ["one whose askers are a list", { ...state, asked: [] }],
  ])("is not %s", (_, value) => {
    expect(nodeStateIn("db-2", value)).toBeUndefined();
  });
});

describe("what a founder asks", () => {
  it("is a vote for itself, by the name that its certificate proves", () => {
    const asked = { epoch: 6, kind: "majority", lastView: null, founder: "db-9" };
    expect(voteRequestIn("db-2", asked)).toEqual({
      ...{ founder: "db-2", epoch: 6, kind: "majority", lastView: null, certificate: null },
      electorate: null,
    });
    expect(voteRequestIn("db-2", { ...asked, electorate })).toMatchObject({ electorate });
    expect(voteRequestIn("db-2", { ...asked, certificate: agreed })).toMatchObject({
      certificate: agreed,
    });
  });

  it.each([
    ["nothing", null],
    ["no epoch", { kind: "majority", lastView: null }],
    ["an epoch of 0", { epoch: 0, kind: "majority", lastView: null }],
    ["a founding that needs no votes", { epoch: 6, kind: "override", lastView: null }],
    ["a primary without a name", { epoch: 6, kind: "first", lastView: view("10.0.4.11", 1) }],
    [
      "an electorate of nobody",
      { epoch: 6, kind: "first", lastView: null, electorate: { ...electorate, members: [] } },
    ],
    ["a false certificate", { epoch: 6, kind: "first", lastView: null, certificate: { epoch: 5 } }],
  ])("is not %s", (_, asked) => {
    expect(voteRequestIn("db-2", asked)).toBeUndefined();
  });
});

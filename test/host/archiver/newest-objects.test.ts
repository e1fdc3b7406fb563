import { describe, expect, it } from "vitest";
import { BaseAsking } from "../../../host/archiver/due";
import { bytesOf, keys } from "../../../host/archiver/chain/manifest";
import { newestBase } from "../../../host/archiver/chain/reading";
import { NewestObjects } from "../../../host/archiver/newest-objects";
import { MemoryStore } from "./memory-store";

const nowMs = Date.parse("2026-11-28T12:00:00Z");
const [own, former] = ["own", "former"];
const [night, last, future] = ["20261127T031500Z", "20261128T031500Z", "20360101T031500Z"];

function given(since: string | undefined = "2026-11-20 00:00:00") {
  const store = new MemoryStore();
  let reads = 0;
  const get = store.get.bind(store);
  store.get = (key) => {
    reads += 1;
    return get(key);
  };
  const put = (key: string, content: object = {}) => store.objects.set(key, bytesOf(content));
  put(keys.timeline("r", own), { timeline: own, since });
  const objects = new NewestObjects(store, "r");
  return { store, put, reads: () => reads, found: () => objects.of(own, nowMs) };
}

describe("the newest objects of a history", () => {
  it("are none in an empty store", async () => {
    expect(await given().found()).toEqual({
      ...{ base: "", dump: "", failedDump: "", proof: "", failedProof: "", ahead: [] },
    });
  });

  it("are those with the last names", async () => {
    const { put, found } = given();
    for (const id of [night, last]) {
      put(keys.base("r", own, id));
      put(keys.dump("r", own, id));
      put(keys.proof("r", id), { timeline: own });
    }
    put(keys.dumpFailure("r", own, night));
    put(keys.failure("r", night), { timeline: own });
    put(keys.base("r", former, "20261128T051500Z"));
    expect(await found()).toEqual({
      ...{ base: last, dump: last, failedDump: night, proof: last, failedProof: night, ahead: [] },
    });
  });

  it("are not those of the future, which are named", async () => {
    const { put, found } = given();
    for (const id of [last, future]) {
      put(keys.base("r", own, id));
      put(keys.proof("r", id), { timeline: own });
    }
    put(keys.failure("r", future), { timeline: own });
    expect(await found()).toMatchObject({
      ...{ base: last, proof: last, failedProof: "" },
      ahead: [`own/bases/${future}.json`, `proofs/${future}.json`, `proof-failures/${future}.json`],
    });
  });

  it("leave a missed night visible although a later name is there", async () => {
    const { put, found } = given();
    put(keys.base("r", own, "20261126T031500Z"));
    put(keys.base("r", own, future));
    const { base } = await found();
    const asking = new BaseAsking(() => 0);
    expect(asking.reason({ timeline: own, newest: base, gap: false }, nowMs)).toContain("20261126");
  });

  it("may be named by a clock that is a little ahead", async () => {
    const { put, found } = given();
    put(keys.base("r", own, "20261128T120459Z"));
    expect(await found()).toMatchObject({ base: "20261128T120459Z", ahead: [] });
  });

  it("are not those whose name is no time", async () => {
    const { put, found } = given();
    put(keys.base("r", own, last));
    put(keys.base("r", own, "zzz"));
    expect(await found()).toMatchObject({ base: last, ahead: [] });
  });
});

describe("a proof", () => {
  it("of another history does not count, nor does its failure", async () => {
    const { put, found } = given();
    put(keys.proof("r", night), { timeline: own });
    put(keys.proof("r", last), { timeline: former });
    put(keys.failure("r", last), { timeline: former });
    expect(await found()).toMatchObject({ proof: night, failedProof: "" });
  });

  it("that names no history counts if it is not older than the history", async () => {
    const { put, found } = given("2026-11-27 12:00:00");
    put(keys.proof("r", night));
    put(keys.failure("r", night));
    expect(await found()).toMatchObject({ proof: "", failedProof: "" });
    put(keys.proof("r", last));
    put(keys.failure("r", "20261128T041500Z"), { reason: "the bucket is empty" });
    expect(await found()).toMatchObject({ proof: last, failedProof: "20261128T041500Z" });
  });

  it("that names the history counts whatever the clock of its machine said", async () => {
    const { put, found } = given("2026-11-28 12:00:00");
    put(keys.proof("r", last), { timeline: own });
    expect(await found()).toMatchObject({ proof: last });
  });

  it("counts if nobody knows when the history began, or if the record is damaged", async () => {
    const { store, put, found } = given("");
    put(keys.proof("r", night));
    store.objects.set(keys.proof("r", last), Buffer.from("{"));
    expect(await found()).toMatchObject({ proof: last });
  });

  it("is read once, and one from long before the history is not read", async () => {
    const { put, found, reads } = given("2026-11-28 00:00:00");
    put(keys.proof("r", "20261101T031500Z"), { timeline: former });
    put(keys.proof("r", night), { timeline: former });
    await found();
    expect(reads()).toBe(2);
    await found();
    expect(reads()).toBe(2);
  });
});

describe("the newest base", () => {
  it("is not one that is named after a time in the future, if there is another one", async () => {
    const { store, put } = given();
    const whole = { parts: [], gtids: "", link: 0 };
    put(keys.base("r", own, last), { id: last, ...whole });
    put(keys.base("r", own, future), { id: future, ...whole });
    expect(await newestBase(store, "r", own, nowMs)).toMatchObject({ id: last });
    expect(await newestBase(store, "r", own)).toMatchObject({ id: future });
    store.objects.delete(keys.base("r", own, last));
    expect(await newestBase(store, "r", own, nowMs)).toMatchObject({ id: future });
  });
});

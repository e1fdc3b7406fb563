import { beforeEach, describe, expect, it } from "vitest";
import { bytesOf, keys } from "../../../host/archiver/chain/manifest";
import { pruning } from "../../../scripts/prune/pruning";
import { knownHistories, refusedUnproved } from "../../../scripts/prune/history";
import { MemoryStore } from "../../host/archiver/memory-store";
import { aged, dayMs } from "./fake-history";

const retention = { daily: 7, weekly: 4, monthly: 3, logDays: 14 };
const [first, second] = ["20260710T041500Z", "20260711T041500Z"];
const nowMs = Date.parse("2026-07-11T12:00:00Z");

let store: MemoryStore;
const proof = (id: string, timeline = "t") =>
  store.objects.set(keys.proof("r", id), bytesOf({ id, timeline }));
const failure = (id: string, timeline = "t") =>
  store.objects.set(keys.failure("r", id), bytesOf({ id, timeline }));

/** What is planned for a history of so many days, after a look at the proofs. */
async function planned(days = 40) {
  const history = aged(days);
  const made = pruning(history.found(), retention, history.nowMs + dayMs);
  return refusedUnproved(made, { store, root: "r", timeline: "t", nowMs });
}

beforeEach(() => {
  store = new MemoryStore();
  const since = "2026-06-01 03:00:00";
  store.objects.set(keys.timeline("r", "t"), bytesOf({ timeline: "t", since }));
});

describe("what is old is deleted", () => {
  it("not after a proof that failed: it may be all that can be restored", async () => {
    proof(first);
    failure(second);
    const { refused, bases, links, keep } = await planned();
    expect(refused).toBe(
      `the last proof failed, and proof-failures/${second}.json says why: what is old may be all that can be restored; ` +
        "repeat this once npm run db:prove ends with proved, or with --unproved",
    );
    expect([bases, links, keep.length > 0]).toEqual([[], [], true]);
  });

  it("after a later proof that succeeded", async () => {
    failure(first);
    proof(second);
    expect((await planned()).bases.length).toBeGreaterThan(0);
  });

  it("where nothing was ever proved, which npm run db:status reports", async () => {
    expect((await planned()).bases.length).toBeGreaterThan(0);
  });

  it("after a failed proof of another history", async () => {
    proof(first);
    failure(second, "another");
    expect((await planned()).bases.length).toBeGreaterThan(0);
  });

  it("and nothing is refused where nothing is to be deleted, as in a history that has ended", async () => {
    failure(second);
    expect((await planned(5)).refused).toBe("");
  });

  it("and another reason for a refusal stays", async () => {
    failure(second);
    const made = { ...pruning(aged(40).found(), retention, 0), refused: "link 7 is not there" };
    const { refused } = await refusedUnproved(made, { store, root: "r", timeline: "t", nowMs });
    expect(refused).toBe("link 7 is not there");
  });
});

describe("the histories of a target", () => {
  it("must be there: an empty target is another one than that of the stack, and nothing would be said", async () => {
    expect(await knownHistories(store, "r")).toEqual(["t"]);
    await expect(knownHistories(store, "app-prod")).rejects.toThrow(
      "backups.target must have backups below app-prod/, got none; compare its endpoint and bucket, or its sftp, with the stack file of the stack, and look at npm run db:status",
    );
  });
});

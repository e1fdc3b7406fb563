import { beforeEach, describe, expect, it, vi } from "vitest";
import { rebuild } from "../../../../host/supervisor/actions/rebuild";
import { monotonicMs } from "../../../../host/time/monotonic";
import { CloneProgress } from "../../../../host/supervisor/observation/clone-progress";
import { groupSets } from "../../../../host/supervisor/saved/loss";
import { SaveGuard } from "../../../../host/supervisor/saved/save-guard";
import { certificate, member, outside, upTo } from "../support/node-state";
import { mysqlThatLoses } from "./support";

const decision = { type: "rebuild" as const, donor: "db-2", reason: "the group lacks 6-7" };
const none = { all: "", purged: "", unapplied: "" };
const source = { ...decision, address: "10.0.4.12" };
const replication = { user: "replication", password: "secret" };
const write = vi.fn();
const tidy = vi.fn(() => Promise.resolve());
beforeEach(() => {
  write.mockReset();
  tidy.mockClear();
});

/** @param discardedAgoMs how long ago an operator said that the loss is no matter; undefined: never. */
async function rebuilt(
  discardedAgoMs?: number,
  progress = new CloneProgress(),
  begins = () => Promise.resolve(),
) {
  const { mysql, statements } = mysqlThatLoses(none);
  const peers = [member("db-2", "PRIMARY", { gtid: upTo(5) })];
  const states = () => [outside("db-1"), peers] as const;
  const saving = new SaveGuard("db-1", states, write, tidy);
  if (discardedAgoMs !== undefined) saving.discard(monotonicMs() - discardedAgoMs);
  const rebuilding = rebuild(mysql, replication, source, progress, saving, begins);
  const error = await rebuilding.catch((e: Error) => e);
  return { saving, mysql, error, copied: statements.some((sql) => sql.includes("CLONE INSTANCE")) };
}

describe("a copy", () => {
  it("begins once what it replaces is saved", async () => {
    expect(await rebuilt()).toMatchObject({ error: undefined, copied: true });
    const { donor, reason } = decision;
    expect(write.mock.calls.map(([, replaced]) => replaced as unknown)).toEqual([
      { donor, reason, sets: [upTo(5)] },
    ]);
  });

  it("does not begin if that fails, and waits in words until it is tried again", async () => {
    write.mockRejectedValue(new Error("no room left"));
    const { saving, error, copied } = await rebuilt();
    expect(copied).toBe(false);
    expect((error as Error).message).toBe("the clone does not begin: no room left");
    const now = monotonicMs();
    expect(saving.next(decision, now)).toEqual({
      type: "wait",
      reason:
        "the group lacks 6-7; the clone does not begin, because these transactions cannot be saved: no room left",
    });
    expect(saving.next({ type: "nothing" }, now)).toEqual({ type: "nothing" });
    expect(saving.next(decision, now + 30_001)).toBe(decision);
    // Old files are looked for once an hour.
    expect(tidy).toHaveBeenCalledOnce();
  });

  it("does not begin if it must not any more once all is saved", async () => {
    const refused = () => Promise.reject(new Error("another group serves"));
    const { error, copied } = await rebuilt(undefined, new CloneProgress(), refused);
    expect([(error as Error).message, copied]).toEqual(["another group serves", false]);
    expect(write).toHaveBeenCalledOnce();
  });

  it("begins all the same if an operator says so", async () => {
    write.mockRejectedValue(new Error("no room left"));
    expect(await rebuilt(0)).toMatchObject({ error: undefined, copied: true });
  });

  it("is tried again at once after an operator ordered it", async () => {
    write.mockRejectedValue(new Error("no room left"));
    const { saving } = await rebuilt();
    const now = monotonicMs();
    expect(saving.next(decision, now).type).toBe("wait");
    saving.discard(now);
    expect(saving.next(decision, now)).toBe(decision);
  });

  it("has that word for two minutes", async () => {
    write.mockRejectedValue(new Error("no room left"));
    expect(await rebuilt(115_000)).toMatchObject({ error: undefined, copied: true });
    const { error, copied } = await rebuilt(120_001);
    expect((error as Error).message).toBe("the clone does not begin: no room left");
    expect(copied).toBe(false);
  });

  it("has that word for one copy", async () => {
    write.mockRejectedValue(new Error("no room left"));
    const { saving, mysql } = await rebuilt(0);
    await expect(saving.save(mysql, decision)).rejects.toThrow("no room left");
  });

  it("of a node without data has nothing to save", async () => {
    const progress = new CloneProgress();
    progress.cloneIncomplete = true;
    expect(await rebuilt(undefined, progress)).toMatchObject({ copied: true });
    expect(write).not.toHaveBeenCalled();
  });
});

describe("what the group has", () => {
  const lineage = (...ids: string[]) =>
    ids.map((epoch) => ({ epoch, founding: upTo(parseInt(epoch)) }));

  it("is what its members have", () => {
    const peers = [
      member("db-2", "PRIMARY", { gtid: upTo(5) }),
      member("db-3", "SECONDARY", { gtid: upTo(6) }),
      outside("db-4", { gtid: upTo(9) }),
    ];
    expect(groupSets(outside("db-1"), peers, "db-3")).toEqual([`${upTo(5)},${upTo(6)}`]);
  });

  it("is not what another group has", () => {
    const other = member("db-3", "PRIMARY", { gtid: upTo(9), certificate: certificate(120) });
    const peers = [other, member("db-2", "PRIMARY", { gtid: upTo(5) })];
    expect(groupSets(outside("db-1"), peers, "db-2")).toEqual([upTo(5)]);
    expect(() => groupSets(outside("db-1"), peers, "db-4")).toThrow("db-4 is not seen in a group");
  });

  it("is also what each group was made of where the lineages part", () => {
    const self = outside("db-1", { lineage: lineage("100", "110") });
    const peer = member("db-2", "PRIMARY", {
      ...{ certificate: certificate(120), lineage: lineage("100", "120@db-1"), gtid: upTo(200) },
    });
    expect(groupSets(self, [peer], "db-2")).toEqual([upTo(200), upTo(110), upTo(120)]);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiFailure } from "../../../host/cloud-api/failure";
import { AssignRounds } from "../../../host/mover/assign-rounds";
import { HeldAddresses } from "../../../host/mover/held-addresses";
import { lockedPauseMs, lockedTries, reconcileMs, settleMs } from "../../../host/mover/limits";
import { LockingApi, type LockingOptions } from "./locking-api";

const [ipv4, ipv6] = [4, 6];
const self = 1;
const peer = 2;

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

function rounds(options: LockingOptions) {
  const api = new LockingApi(options);
  const held = new HeldAddresses([ipv4, ipv6]);
  const all = new AssignRounds(api, held, self, () => Date.now());
  /** Runs a round to its end; its failure, if any, and its duration. */
  const run = async (more: { isWanted?: () => boolean; isFirst?: boolean } = {}) => {
    const begun = Date.now();
    let result: { failure?: string; ms: number } | undefined;
    void all.run({ isWanted: () => true, isFirst: true, ...more }).then(
      () => (result = { ms: Date.now() - begun }),
      ({ message }: Error) => (result = { failure: message, ms: Date.now() - begun }),
    );
    while (!result) await vi.advanceTimersByTimeAsync(10);
    return result;
  };
  return { api, held, all, run };
}

describe("a round of assigns", () => {
  it("sends the addresses one after the other, each at the end of the one before", async () => {
    const { api, run } = rounds({ actionMs: 300 });
    expect(await run()).toEqual({ ms: 600 });
    expect(api.calls).toEqual([
      [0, ipv4, 201],
      [300, ipv6, 201],
    ]);
  });

  it("does not wait longer than a second for an action, if the API does not lock", async () => {
    const { api, run } = rounds({ actionMs: 5_000, locks: false });
    await run();
    expect(api.calls.map(([at]) => at)).toEqual([0, settleMs]);
  });

  it.each([1_200, 2_000, 3_500])(
    "sends a locked address alone again, after a lock of %d ms",
    async (actionMs) => {
      const { api, run } = rounds({ actionMs });
      expect(await run()).not.toHaveProperty("failure");
      expect(api.sent(ipv4)).toEqual([0]);
      expect(api.moved.get(ipv4)).toBe(actionMs);
      expect(api.moved.get(ipv6)! - 2 * actionMs).toBeLessThan(lockedPauseMs);
    },
  );

  it("waits for a server that another action has locked", async () => {
    const { api, run } = rounds({ actionMs: 200 });
    api.lockFor(1_000);
    await run();
    expect(api.calls.map(([, id, status]) => [id, status])).toEqual([
      [ipv4, 423],
      [ipv4, 423],
      [ipv4, 423],
      [ipv4, 201],
      [ipv6, 201],
    ]);
  });

  it("ends after eight calls for a locked address, and after one if the round before failed", async () => {
    const { api, run } = rounds({ actionMs: 200 });
    api.lockFor(60_000);
    expect(await run()).toEqual({ failure: "locked", ms: (lockedTries - 1) * lockedPauseMs });
    expect(api.sent(ipv4)).toHaveLength(lockedTries);
    expect(await run({ isFirst: false })).toMatchObject({ failure: "locked" });
    expect(api.calls).toHaveLength(lockedTries + 1);
    expect(api.sent(ipv6)).toEqual([]);
  });

  it("stops at a failure of the API, and keeps what was assigned", async () => {
    const { api, run } = rounds({ actionMs: 200, refusesAgain: true });
    api.failures.set(ipv6, [new ApiFailure("503", { status: 503 })]);
    expect(await run()).toMatchObject({ failure: "503" });
    expect(await run()).not.toHaveProperty("failure");
    expect(api.calls.map(([, id, status]) => [id, status])).toEqual([
      [ipv4, 201],
      [ipv6, 503],
      [ipv6, 201],
    ]);
  });

  it.each([503, 429])("sends one address alone while the API answers %d", async (status) => {
    const { api, run } = rounds({ actionMs: 200 });
    api.failures.set(
      ipv4,
      [1, 2, 3].map(() => new ApiFailure("no", { status })),
    );
    for (let n = 1; n <= 3; n++) expect(await run()).toMatchObject({ failure: "no" });
    expect(api.sent(ipv6)).toEqual([]);
    await run();
    expect(api.moved.get(ipv4)).toBeLessThan(api.moved.get(ipv6)!);
  });

  it("sends the first address again after a failed action, and the other one after two", async () => {
    const { api, run } = rounds({ actionMs: 200 });
    api.failedActions.set(ipv4, ["broken", "broken", "broken"]);
    expect(await run()).toEqual({ failure: "assign failed: broken", ms: 200 });
    await run();
    await run();
    expect(api.calls.map(([, id]) => id)).toEqual([ipv4, ipv4, ipv6, ipv4]);
    expect(api.moved.has(ipv6)).toBe(true);
    await run();
    expect(api.moved.has(ipv4)).toBe(true);
    expect(api.sent(ipv6)).toHaveLength(1);
  });

  it("does not send an address again whose action still runs from an earlier round", async () => {
    const { api, run } = rounds({ actionMs: 3_000, locks: false });
    api.failures.set(ipv6, [new ApiFailure("503", { status: 503 })]);
    expect(await run()).toEqual({ failure: "503", ms: settleMs });
    expect(await run()).not.toHaveProperty("failure");
    expect([api.sent(ipv4).length, api.sent(ipv6).length]).toEqual([1, 2]);
    expect([...api.moved.keys()].sort()).toEqual([ipv4, ipv6]);
  });

  it("ends between two calls when this node is no longer master", async () => {
    const { api, run } = rounds({ actionMs: 200 });
    const isWanted = () => Date.now() < 100;
    expect(await run({ isWanted })).toEqual({
      failure: "this node is no longer master",
      ms: 200,
    });
    expect(api.calls).toHaveLength(1);
  });

  it("does not count an assign from before a change of the role", async () => {
    const { api, held, run } = rounds({ actionMs: 200 });
    setTimeout(() => held.forget(), 100);
    expect(await run()).toMatchObject({ failure: "this node's role changed during the assign" });
    await run();
    expect(api.sent(ipv4)).toHaveLength(2);
  });
});

describe("the addresses that a node has", () => {
  const held = () => new HeldAddresses([ipv4, ipv6]);

  it("are those of the last read, and those assigned since", () => {
    const all = held();
    expect(all.missing(0)).toEqual([ipv4, ipv6]);
    all.onOwners([peer, self], self, 0);
    expect(all.missing(0)).toEqual([ipv4]);
    all.assigning(ipv4)(5);
    expect(all.missing(5)).toEqual([]);
    all.onOwners([self, null], self, 6);
    expect(all.missing(6)).toEqual([ipv6]);
  });

  it("count for half a minute, and until they are forgotten", () => {
    const all = held();
    const late = all.assigning(ipv6);
    all.assigning(ipv4)(1_000);
    expect(all.missing(1_000 + reconcileMs - 1)).toEqual([ipv6]);
    expect(all.missing(1_000 + reconcileMs)).toEqual([ipv4, ipv6]);
    all.forget();
    expect(all.missing(1_000)).toEqual([ipv4, ipv6]);
    late(1_000);
    expect(all.missing(1_000)).toEqual([ipv4, ipv6]);
  });

  it("come last once they were refused twice, and in turn if all were", () => {
    const all = held();
    const orders = [1, 2, 3].map(() => {
      all.onRefused(ipv4);
      return all.missing(0);
    });
    expect(orders).toEqual([
      [ipv4, ipv6],
      [ipv6, ipv4],
      [ipv6, ipv4],
    ]);
    for (let n = 0; n < 3; n++) all.onRefused(ipv6);
    expect(all.missing(0)).toEqual([ipv4, ipv6]);
  });
});

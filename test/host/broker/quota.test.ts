import { describe, expect, it } from "vitest";
import { Quota, quotas } from "../../../host/broker/quota";

describe("Quota", () => {
  it("allows a burst, then says when the next call is allowed", () => {
    const quota = new Quota(2, 0.5, 0);
    expect([quota.take(0), quota.take(0), quota.take(0)]).toEqual([0, 0, 2_000]);
    expect(quota.take(1_000)).toBe(1_000);
    expect(quota.take(2_000)).toBe(0);
  });

  it("gives back no more than the burst", () => {
    const quota = new Quota(1, 1, 0);
    quota.take(0);
    expect([quota.take(3_600_000), quota.take(3_600_000)]).toEqual([0, 1_000]);
  });

  it("keeps up with a mover that tries for an hour, one try every 2 s", () => {
    const { assign } = quotas(0);
    const waits = Array.from({ length: 1_800 }, (_, i) => assign.take(i * 2_000));
    expect(Math.max(...waits)).toBe(0);
  });

  it("stays below the API's limit of 3600 an hour when a caller runs wild", () => {
    const { assign, read } = quotas(0);
    let passed = 0;
    for (let ms = 0; ms < 3_600_000; ms += 10) passed += assign.take(ms) === 0 ? 1 : 0;
    expect(passed).toBeLessThan(2_200);
    let reads = 0;
    for (let ms = 0; ms < 3_600_000; ms += 10) reads += read.take(ms) === 0 ? 1 : 0;
    expect(reads).toBeLessThan(1_900);
  });
});

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
    const { assign } = quotas(0, []);
    const waits = Array.from({ length: 1_800 }, (_, i) => assign.take(i * 2_000));
    expect(Math.max(...waits)).toBe(0);
  });

  it("leaves a third of the API's calls to others when a caller runs wild with all but proofs", () => {
    const { assign, read, lead } = quotas(0, []);
    let passed = 0;
    for (const quota of [assign, read, lead]) {
      // The bursts are over after the first hour.
      for (let ms = 0; ms < 7_200_000; ms += 10) {
        if (quota.take(ms) === 0 && ms >= 3_600_000) passed += 1;
      }
    }
    expect(passed).toBeGreaterThan(2_500);
    expect(passed).toBeLessThan(2_530);
  });

  it("stays below the API's limit of 3600 an hour when a caller runs wild", () => {
    const { assign, read } = quotas(0, []);
    let passed = 0;
    for (let ms = 0; ms < 3_600_000; ms += 10) passed += assign.take(ms) === 0 ? 1 : 0;
    expect(passed).toBeLessThan(2_200);
    let reads = 0;
    for (let ms = 0; ms < 3_600_000; ms += 10) reads += read.take(ms) === 0 ? 1 : 0;
    expect(reads).toBeLessThan(1_900);
  });

  it("keep the share of a wildcard domain while others ask without end", () => {
    const { proofs } = quotas(0, ["*.a.example", "*.b.example", "*.c.example"]);
    const [a, b, c] = [...proofs.values()];
    for (let ms = 0; ms < 3_600_000; ms += 100) [a, b].forEach((blocked) => blocked!.take(ms));
    expect(a!.take(3_600_000)).toBeGreaterThan(0);
    // Enough for two orders.
    expect(Array.from({ length: 8 }, () => c!.take(3_600_000))).toEqual(Array(8).fill(0));
  });

  it.each([1, 2, 100])("let %i wildcard domains make 360 requests an hour together", (count) => {
    const { proofs } = quotas(
      0,
      Array.from({ length: count }, (_, i) => `*.${i}.example`),
    );
    let passed = 0;
    for (const quota of proofs.values()) {
      for (let ms = 0; ms <= 3_600_000; ms += 1_000) passed += quota.take(ms) === 0 ? 1 : 0;
    }
    expect(passed).toBeLessThanOrEqual(360 + 10 * count);
    expect(passed).toBeGreaterThanOrEqual(360 + 8 * count);
  });
});

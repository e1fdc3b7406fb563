import { describe, expect, it } from "vitest";
import {
  FastRefusal,
  refusalRules,
  silentAddresses,
} from "../../../../host/supervisor/xcom/fast-refusal";

describe("connections to a silent host", () => {
  it("are refused from half a second of silence on", () => {
    const silences = [0, 500, 501, 3_600_000].map((silentMs, i) => ({
      ...{ address: `10.0.4.1${i}`, silentMs },
    }));
    expect(silentAddresses(silences)).toEqual(["10.0.4.12", "10.0.4.13"]);
  });

  it("are refused at their beginning alone, at XCom's port alone, and for 10 s if nobody renews that", () => {
    const rules = refusalRules(["10.0.4.12", "10.0.4.13"]);
    expect(rules).toContain("{ 10.0.4.12 timeout 10s, 10.0.4.13 timeout 10s }");
    expect(rules).toContain(
      "ip daddr @silent tcp dport 33061 tcp flags & (syn | ack) == syn reject with tcp reset",
    );
  });

  it("are let through with no rule left behind", () => {
    expect(refusalRules([])).toBe(
      "table inet webstack-fast-refusal\ndelete table inet webstack-fast-refusal\n",
    );
  });
});

describe("FastRefusal", () => {
  const silent = (silentMs: number) => [{ address: "10.0.4.12", silentMs }];

  it("loads rules once, again before they end, and takes them away", async () => {
    const loaded: string[] = [];
    const fastRefusal = new FastRefusal((rules) => Promise.resolve(void loaded.push(rules)));
    const look = async (silentMs: number, nowMs: number) => {
      fastRefusal.keep(silent(silentMs), nowMs);
      await Promise.resolve();
      return loaded.length;
    };
    expect(await look(0, 10_000)).toBe(1);
    expect(await look(0, 90_000)).toBe(1);
    expect(await look(900, 100_000)).toBe(2);
    expect(await look(5_800, 104_900)).toBe(2);
    expect(await look(5_900, 105_000)).toBe(3);
    expect(await look(0, 105_100)).toBe(4);
    expect(loaded[2]).toBe(refusalRules(["10.0.4.12"]));
    expect(loaded[3]).toBe(refusalRules([]));
  });

  it("tries again what failed, once a second", async () => {
    let tries = 0;
    const fastRefusal = new FastRefusal(() => Promise.reject(new Error(`no nft: ${++tries}`)));
    for (const nowMs of [10_000, 10_100, 10_900, 11_000, 11_100]) {
      fastRefusal.keep(silent(900), nowMs);
      await Promise.resolve();
    }
    expect(tries).toBe(2);
  });
});

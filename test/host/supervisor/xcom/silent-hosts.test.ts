import { describe, expect, it } from "vitest";
import {
  FastRefusal,
  refusalRules,
  silentAddresses,
  SeveredLinks,
} from "../../../../host/supervisor/xcom/silent-hosts";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { member, outside } from "../support/node-state";

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

const others = [
  { name: "db-2", privateIp: "10.0.4.12" },
  { name: "db-3", privateIp: "10.0.4.13" },
];
const three = member("db-1", "PRIMARY", { members: ["db-1", "db-2", "db-3"] });
const two = member("db-1", "PRIMARY", { members: ["db-1", "db-2"] });

/** Addresses whose connections were ended while db-3 was silent for so long. */
function ended(silentMs: number, ...seen: NodeState[]): string[] {
  const addresses: string[] = [];
  const severedLinks = new SeveredLinks(others, async (address) => void addresses.push(address));
  for (const self of seen) severedLinks.see(self, [{ address: "10.0.4.13", silentMs }]);
  return addresses;
}

describe("SeveredLinks", () => {
  it("are the connections to a silent host once its member is removed, and once", () => {
    expect(ended(6_000, three)).toEqual([]);
    expect(ended(6_000, three, two, two)).toEqual(["10.0.4.13"]);
    expect(ended(6_000, two)).toEqual([]);
  });

  it("are none to a host that is heard, or of a member that has left itself", () => {
    expect(ended(200, three, two)).toEqual([]);
    expect(ended(6_000, three, outside("db-1"), two)).toEqual([]);
  });

  it("wait for MySQL to answer", () => {
    const silent = { ...three, member: null, members: [] };
    expect(ended(6_000, three, silent)).toEqual([]);
    expect(ended(6_000, three, silent, two)).toEqual(["10.0.4.13"]);
  });
});

import { describe, expect, it } from "vitest";
import { SeveredLinks } from "../../../../host/supervisor/xcom/severed-links";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { member, outside } from "../support/node-state";

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

import { describe, expect, it } from "vitest";
import { impossibleChanges } from "../../provider/impossible-changes";
import { inventoryProvider } from "../../provider/inventory-provider";

const volume = (sizeGb?: number) => ({
  is: "nbg1",
  ...(sizeGb === undefined ? {} : { sizeGb }),
  holds: "its copy of the data",
  asks: ["db-1", "volumes"],
  protected: false,
});
const network = (is: string) => ({
  is,
  holds: "the way between all nodes",
  asks: ["network"],
  protected: false,
});
const edge = { chosen: { "network.publicAddresses": "edge" } };

/** Reasons of a whole check. */
function refusals(olds: object, news: object): string[] {
  const request = { olds, news, type: "host:index:Inventory", urn: "", name: "record" };
  return inventoryProvider.check(request as never).failures.map(({ reason }) => reason);
}

describe("what no line of consent allows", () => {
  it("is a smaller volume, with key, value, rule and fix in one sentence for all nodes", () => {
    const things = (size?: number) => ({
      "db-1/volume": volume(size),
      "db-2/volume": volume(size),
    });
    const allowed = ["replace db-1", "delete volumes"];
    expect(refusals({ things: things(80) }, { things: things(40), allowed })).toEqual([
      "webstack:db.volumeGb must be at least 80, got 40: the volume of db-1, db-2 has 80 GB, " +
        "and Hetzner makes no volume smaller. Set it to 80",
    ]);
  });

  it("is no equal or larger volume, and none whose size is not on record", () => {
    const check = (was?: number, now?: number) =>
      refusals(
        { things: { "db-1/volume": volume(was) } },
        { things: { "db-1/volume": volume(now) } },
      );
    expect([check(40, 40), check(40, 80), check(undefined, 40), check(40, undefined)]).toEqual([
      ...[[], [], [], []],
    ]);
  });

  it("is another network while servers have no public address", () => {
    const olds = { things: { network: network("10.0.0.0/16 eu-central") }, ...edge };
    const news = { things: { network: network("10.8.0.0/16 eu-central") }, ...edge };
    for (const allowed of [[], ["replace network"]]) {
      const [reason, ...others] = refusals(olds, { ...news, allowed });
      expect(others).toEqual([]);
      expect(reason).toMatch(
        /^webstack:network.ipRange must stay 10\.0\.0\.0\/16 with network.publicAddresses edge, got 10\.8\.0\.0\/16: /,
      );
      expect(reason).toContain("make a new stack beside this one");
      expect(reason).not.toContain("webstack:consent");
    }
  });

  it("is no other network with public addresses: a line of consent allows that", () => {
    const olds = { things: { network: network("10.0.0.0/16 eu-central") } };
    const news = { things: { network: network("10.8.0.0/16 eu-central") } };
    expect(refusals(olds, news)).toEqual([expect.stringContaining('"replace network until')]);
    expect(refusals(olds, { ...news, allowed: ["replace network"] })).toEqual([]);
  });

  it("is a network of another zone, in either mode", () => {
    for (const more of [{}, edge]) {
      const olds = { things: { network: network("10.0.0.0/16 eu-central") }, ...more };
      const news = { things: { network: network("10.0.0.0/16 us-east") }, ...more };
      expect(refusals(olds, { ...news, allowed: ["replace network"] })).toEqual([
        expect.stringMatching(
          /^webstack:locations must stay in the network zone eu-central, got us-east: /,
        ),
      ]);
    }
  });

  it("is nothing before the first record", () => {
    expect(
      impossibleChanges({}, { things: { network: network("10.0.0.0/16 eu-central") } }),
    ).toEqual([]);
  });
});

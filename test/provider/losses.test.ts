import { describe, expect, it } from "vitest";
import type { InventoryThing } from "../../provider/inventory";
import { losses } from "../../provider/losses";

const thing = (own: Partial<InventoryThing> = {}): InventoryThing => ({
  ...{ is: "", holds: "its server", asks: ["web-3"], protected: false, ...own },
});
const volume = thing({ is: "nbg1", holds: "the data on it", asks: ["db-3", "volumes"] });

function reasons(
  before: Record<string, InventoryThing>,
  after: Record<string, InventoryThing>,
  ...allowed: string[]
): string[] {
  return losses({ things: before }, { things: after, allowed }).map(({ reason }) => reason);
}

describe("what would be lost", () => {
  it("is nothing for a new stack, an equal one, and one that grows", () => {
    expect(losses({}, { things: { "web-3": thing() }, allowed: [] })).toEqual([]);
    expect(reasons({ "web-3": thing() }, { "web-3": thing({ protected: true }) })).toEqual([]);
    expect(reasons({}, { "web-3": thing() })).toEqual([]);
  });

  it("is said of what goes, with the line that allows it", () => {
    const found = reasons({ "web-3": thing() }, {});
    expect(found).toEqual([
      "web-3 would be deleted, and lost with it its server. If that is meant, say so in the stack file: " +
        'webstack:consent: ["delete web-3 until <YYYY-MM-DD>"]',
    ]);
  });

  it("is said of what becomes another one", () => {
    const network = thing({ is: "10.0.0.0/16", asks: ["network"], holds: "everything" });
    const other = { network: { ...network, is: "10.1.0.0/16" } };
    expect(reasons({ network }, other)[0]).toMatch(/^network would be replaced.*"replace network/);
    expect(reasons({ network }, other, "delete network")).toHaveLength(1);
    expect(reasons({ network }, other, "replace network")).toEqual([]);
  });

  it("is allowed by a line for that thing and that alone", () => {
    const before = { "web-3": thing(), "web-4": thing({ asks: ["web-4"] }) };
    expect(reasons(before, {}, "delete web-3", "delete web-4")).toEqual([]);
    expect(reasons(before, {}, "delete web-3", "resize web-4")).toEqual([
      expect.stringMatching(/^web-4 would be deleted/),
    ]);
  });

  it("wants the protection taken away first", () => {
    const before = { "web-3": thing({ protected: true }) };
    expect(reasons(before, {})[0]).toMatch(/run `pulumi up` with that line alone/);
    expect(reasons(before, {}, "delete web-3")[0]).toMatch(/allowed, but still protected: undo/);
  });

  it("of a volume is in its server's word when that goes too", () => {
    const before = { "db-3": thing({ asks: ["db-3"] }), "db-3/volume": volume };
    expect(reasons(before, {})).toEqual([expect.stringMatching(/^db-3 would be deleted/)]);
    expect(reasons(before, {}, "delete db-3")).toEqual([]);
    const kept = { "db-3": thing({ asks: ["db-3"] }) };
    expect(reasons(before, kept)[0]).toMatch(
      /^db-3: volume would be deleted.*"delete volumes until/,
    );
    expect(reasons(before, kept, "delete volumes")).toEqual([]);
    const moved = { ...kept, "db-3/volume": { ...volume, is: "fsn1" } };
    expect(reasons(before, moved)[0]).toMatch(/^db-3: volume would be replaced/);
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inventoryProvider, losses, settled } from "../../provider/inventory-provider";
import type { InventoryItem } from "../../provider/resources";
import { PluginProcess } from "../plugin/plugin-process";

const thing = (own: Partial<InventoryItem> = {}): InventoryItem => ({
  ...{ is: "", holds: "its server", asks: ["web-3"], protected: false, ...own },
});
const volume = thing({ is: "nbg1", holds: "the data on it", asks: ["db-3", "volumes"] });

function reasons(
  before: Record<string, InventoryItem>,
  after: Record<string, InventoryItem>,
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
  });

  it("is nothing when locations name another place for a volume, which stays", () => {
    const moved = { "db-3/volume": { ...volume, is: "fsn1" } };
    expect(reasons({ "db-3/volume": volume }, moved)).toEqual([]);
  });
});

describe("the recorded place of a volume", () => {
  /** The place after a check, for a volume that was in nbg1 and is planned in fsn1. */
  const place = (wasProtected: boolean, ...allowed: string[]) => {
    const old = { ...volume, protected: wasProtected };
    const next = { things: { "db-3/volume": { ...volume, is: "fsn1" } }, allowed };
    const things = settled({ things: { "db-3/volume": old } }, next) as typeof next.things;
    return things["db-3/volume"].is;
  };

  it("stays without a line of consent for its node", () => {
    expect(place(false)).toBe("nbg1");
    expect(place(false, "replace db-1", "delete db-3")).toBe("nbg1");
  });

  it("follows the settings with that line, once the protection is gone", () => {
    expect(place(true, "replace db-3")).toBe("nbg1");
    expect(place(false, "replace db-3")).toBe("fsn1");
  });

  it("is the planned one of a volume without a record", () => {
    const things = { "db-3/volume": volume };
    expect(settled({}, { things })).toEqual(things);
    expect(settled({ things: {} }, { things })).toEqual(things);
  });
});

describe("a check of an earlier release's record", () => {
  it("plans no change for a size that joins it, and one for a size that differs", () => {
    const old = { things: { "db-3/volume": volume } };
    const sized = (sizeGb: number) => ({ things: { "db-3/volume": { ...volume, sizeGb } } });
    const changes = (state: object, inputs: object) =>
      inventoryProvider.diff({ state, inputs, oldInputs: state, type, urn: "", id: "" } as never)
        .changes;
    expect(changes(old, sized(40))).toEqual([]);
    expect(changes(sized(40), sized(80))).toHaveLength(1);
    expect(changes(old, { things: { ...sized(40).things, "web-3": thing() } })).toHaveLength(1);
  });
});

const type = "host:index:Inventory";
const web3 = { is: "", holds: "its server", asks: ["web-3"], protected: false };

let plugin: PluginProcess;
beforeAll(async () => {
  plugin = await PluginProcess.start("provider");
}, 60_000);
afterAll(() => plugin.stop());

describe("the inventory", () => {
  it("is recorded without what is allowed, and needs no host", async () => {
    const made = await plugin.create(type, {
      things: { "web-3": web3 },
      allowed: ["delete web-3"],
    });
    expect(made.inputs).toEqual({ things: { "web-3": web3 } });
    expect(made.outputs).toMatchObject({ things: { "web-3": web3 } });
    expect(await plugin.diff(made, made.inputs)).toEqual([]);
    expect((await plugin.read(made)).outputs).toEqual(made.outputs);
    await plugin.delete(made);
  });

  it("is refused, with what would be lost, without consent, and updated with it", async () => {
    const made = await plugin.create(type, { things: { "web-3": web3 }, allowed: [] });
    const refused = plugin.check(type, { things: {}, allowed: [] }, made.inputs);
    await expect(refused).rejects.toThrow("web-3 would be deleted");
    const news = await plugin.check(type, { things: {}, allowed: ["delete web-3"] }, made.inputs);
    expect(news).toEqual({ things: {} });
    expect(await plugin.diff(made, news)).not.toEqual([]);
    expect((await plugin.update(made, news)).outputs).toMatchObject({ things: {} });
  });
});

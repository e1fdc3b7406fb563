import { describe, expect, it } from "vitest";
import { StackInventory } from "../../components/stack-inventory";
import { record, valueOf } from "../support/record";

const volume = { is: "hel1", holds: "its copy", asks: ["db-1", "volumes"], protected: false };

describe("the place of a new server", () => {
  it("is that of the node's volume on record, or the planned one without a volume", async () => {
    let inventory!: StackInventory;
    await record(() => {
      inventory = new StackInventory("inventory", {
        things: { "db-1/volume": volume },
        allowed: [],
      });
    });
    expect(await valueOf(inventory.volumePlace("db-1", "nbg1"))).toBe("hel1");
    expect(await valueOf(inventory.volumePlace("db-2", "nbg1"))).toBe("nbg1");
  });
});

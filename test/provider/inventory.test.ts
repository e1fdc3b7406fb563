import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PluginProcess } from "../plugin/plugin-process";

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

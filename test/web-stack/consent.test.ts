import { beforeAll, describe, expect, it } from "vitest";
import { program } from "../../program";
import { named, record, type Registration } from "../support/record";
import { stackConfig } from "../support/stack-config";

const tomorrow = new Date(Date.now() + 24 * 3_600_000).toISOString().slice(0, 10);

/** The stack `dev`, which is protected, with volumes and with lines of consent. */
function registered(...lines: string[]): Promise<Registration[]> {
  const config = {
    ...stackConfig("dev"),
    "webstack:db": JSON.stringify({ nodes: 3, serverType: "cpx22", volumeGb: 40 }),
    "webstack:consent": JSON.stringify(lines.map((line) => `${line} until ${tomorrow}`)),
  };
  return record(() => void program(), { stack: "dev", config });
}

/** Names of what is protected, by the engine and by the cloud alike. */
const protectedOf = (all: Registration[]) =>
  all
    .filter(({ type }) => /:(Server|Volume|FloatingIp|Network)$/.test(type))
    .filter(({ type }) => type.startsWith("hcloud:"))
    .filter(({ protect, inputs }) => {
      expect(inputs.deleteProtection).toBe(protect);
      return protect;
    })
    .map(({ name }) => name);

const thingsOf = (all: Registration[]) =>
  named(all, "inventory-record").inputs.things as Record<string, { protected: boolean }>;

describe("consent", () => {
  let without: Registration[];
  beforeAll(async () => {
    without = await registered();
  }, 120_000);

  it("is asked for what can be lost: nodes, volumes, the network and the IPv6 address", () => {
    const things = thingsOf(without);
    expect(Object.keys(things).sort()).toEqual([
      ...["IPv6 address", "app-1", "app-2", "db-1", "db-1/volume", "db-2", "db-2/volume"],
      ...["db-3", "db-3/volume", "network", "web-1", "web-2"],
    ]);
    expect(Object.values(things).every((thing) => thing.protected)).toBe(true);
    expect(named(without, "inventory-record").inputs.allowed).toEqual([]);
    expect(things["db-3"]).toEqual({
      is: "",
      holds: "its server and all that is on its disk, and with them its copy of the data",
      asks: ["db-3"],
      protected: true,
    });
    expect(things["db-3/volume"]).toMatchObject({
      is: "nbg1",
      sizeGb: 40,
      asks: ["db-3", "volumes"],
    });
    expect(things.network).toMatchObject({ is: "10.0.0.0/16 eu-central", asks: ["network"] });
  });

  it("is looked at before the network or a volume is replaced", () => {
    for (const name of ["network-range", "db-1-volume"]) {
      expect(
        named(without, name).dependsOn.some((urn) => urn.endsWith("::inventory-record")),
        name,
      ).toBe(true);
    }
  });

  it("is not asked for by a new server, which is made where the record has the node's volume", () => {
    const waits = (name: string) =>
      named(without, name).dependsOn.some((urn) => urn.endsWith("::inventory-record"));
    expect(["db-1-vm", "db-3-vm", "web-1-vm"].map(waits)).toEqual([true, true, false]);
  });

  it("takes the protection of that thing away, and of no other", async () => {
    const all = await registered("delete web-2", "delete db-3", "delete addresses");
    const gone = protectedOf(without).filter((name) => !protectedOf(all).includes(name));
    expect(gone.sort()).toEqual(["db-3-vm", "db-3-volume", "edge-ipv6", "web-2-vm"]);
    const open = Object.entries(thingsOf(all)).filter(([, thing]) => !thing.protected);
    expect(open.map(([name]) => name).sort()).toEqual([
      ...["IPv6 address", "db-3", "db-3/volume", "web-2"],
    ]);
    expect(named(all, "inventory-record").inputs.allowed).toEqual([
      ...["delete web-2", "delete db-3", "delete addresses"],
    ]);
  }, 120_000);

  it("takes the protection of all volumes away, or of one and the network", async () => {
    const gone = (all: Awaited<ReturnType<typeof registered>>) =>
      protectedOf(without).filter((name) => !protectedOf(all).includes(name));
    const volumes = ["db-1-volume", "db-2-volume", "db-3-volume"];
    expect(gone(await registered("delete volumes")).sort()).toEqual(volumes);
    const some = await registered("replace db-2", "replace network");
    expect(gone(some).sort()).toEqual(["db-2-volume", "network-range"]);
    const stays = (node: string) =>
      named(some, `${node}-volume`).ignoreChanges.includes("location");
    expect(["db-1", "db-2", "db-3"].map(stays)).toEqual([true, false, true]);
  }, 120_000);

  it("to switch off takes no protection away", async () => {
    const all = await registered("resize db");
    expect(protectedOf(all)).toEqual(protectedOf(without));
  }, 120_000);
});

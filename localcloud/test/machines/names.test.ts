import { describe, expect, it } from "vitest";
import {
  askerAddress,
  cloudNames,
  metadataLink,
  privatePort,
  publicPort,
} from "../../machines/names";

/** Longest name of an interface, characters. Source: IFNAMSIZ of Linux, less its end mark. */
const longestInterface = 15;

describe("names on the machine", () => {
  it("are the same for the same state, however it is written", () => {
    expect(cloudNames("/var/tmp/x").id).toBe(cloudNames("/var/tmp/./y/../x/").id);
    expect(cloudNames("/var/tmp/x").id).not.toBe(cloudNames("/var/tmp/z").id);
  });

  it("begin with what the sweep looks for, and tell machines apart", () => {
    const names = cloudNames("/var/tmp/x");
    expect(names.id).toMatch(/^[0-9a-f]{6}$/);
    expect(names.router).toBe(`wsc-${names.id}`);
    expect(names.network(5)).toBe(`wsc-${names.id}-n5`);
    expect(names.container(7)).toBe(`wsc-${names.id}-7`);
    expect(names.link).toBe(`wsc${names.id}`);
  });

  it("of hosts at the metadata service are shared addresses, and none of the link's own", () => {
    expect([1, 255, 256].map(askerAddress)).toEqual(["100.64.0.1", "100.64.0.255", "100.64.1.0"]);
    expect(askerAddress(2 ** 22 - 257)).toBe("100.127.254.255");
    expect(askerAddress(2 ** 22 - 256)).toBe("100.64.0.0");
  });

  it("of interfaces fit, for a long time", () => {
    const id = 999_999_999_999;
    const ports = [publicPort(id), privatePort(id), metadataLink(id)];
    for (const name of [cloudNames("/x").link, ...ports]) {
      expect(name.length).toBeLessThanOrEqual(longestInterface);
    }
  });
});

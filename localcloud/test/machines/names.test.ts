import { describe, expect, it } from "vitest";
import { cloudNames, privatePort, publicPort } from "../../machines/names";

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

  it("of interfaces fit, for a long time", () => {
    const id = 999_999_999_999;
    for (const name of [cloudNames("/x").link, publicPort(id), privatePort(id)]) {
      expect(name.length).toBeLessThanOrEqual(longestInterface);
    }
  });
});

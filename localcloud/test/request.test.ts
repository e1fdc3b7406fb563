import { describe, expect, it } from "vitest";
import { refused, TestCloud } from "./support/test-cloud";

describe("an id in a path", () => {
  it.each(["0x3e8", "1e3", "%201000", "+1000", "1000.0", "abc", "9007199254740993"])(
    "is not read from '%s'",
    async (text) => {
      const cloud = new TestCloud();
      await cloud.made("/placement_groups", { name: "first", type: "spread" });
      expect(await cloud.ids("/placement_groups")).toEqual([1000]);
      expect(await cloud.get(`/placement_groups/${text}`)).toMatchObject(refused(404, "not_found"));
    },
  );
});

describe("a body", () => {
  it("larger than 10 MiB is refused unread", async () => {
    const body = `{"name":"${"x".repeat(10 * 1024 * 1024)}"}`;
    expect(await new TestCloud().post("/networks", body)).toMatchObject(refused(413, "json_error"));
  });

  it.each(["[]", "null", '"text"', "7"])("that is no object is refused: %s", async (body) => {
    expect(await new TestCloud().post("/networks", body)).toMatchObject(
      refused(422, "invalid_input", { body: /object/ }),
    );
  });
});

describe("a changed field", () => {
  const makers = {
    floating_ips: { type: "ipv4", home_location: "fsn1" },
    primary_ips: { name: "p", type: "ipv4", location: "fsn1" },
    networks: { name: "n", ip_range: "10.0.0.0/16" },
  };

  it.each([
    ["floating_ips", "description", 5],
    ["primary_ips", "auto_delete", "yes"],
    ["networks", "expose_routes_to_vswitch", "true"],
  ] as const)("of %s is refused if it is no %s: %j", async (kind, field, value) => {
    const cloud = new TestCloud();
    await cloud.made(`/${kind}`, makers[kind]);
    const [id] = await cloud.ids(`/${kind}`);
    expect(await cloud.put(`/${kind}/${id}`, { [field]: value })).toMatchObject(
      refused(422, "invalid_input", { [field]: /expected/ }),
    );
  });
});

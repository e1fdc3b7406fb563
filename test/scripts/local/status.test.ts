import { describe, expect, it } from "vitest";
import { roleText } from "../../../scripts/local/status";

describe("the role of a database node", () => {
  const role = (state: object) => roleText("db", "active", JSON.stringify(state), undefined);
  const member = { state: "ONLINE", role: "PRIMARY" };

  it("is that of a member, also of an earlier supervisor", () => {
    expect(role({ member })).toBe("primary, ONLINE");
    expect(role({ member, servesWrites: true, noWrites: "" })).toBe("primary, ONLINE");
    expect(role({ member: null })).toBe("active; no group");
  });

  it("has the reason of a primary that takes no writes", () => {
    const noWrites = "1 of 3 nodes confirm it";
    expect(role({ member, servesWrites: false, noWrites })).toBe(
      "primary, ONLINE, takes no writes: 1 of 3 nodes confirm it",
    );
  });
});

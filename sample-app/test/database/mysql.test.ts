import { describe, expect, it } from "vitest";
import { nodeName } from "../../src/database/mysql";

describe("nodeName", () => {
  it("is the reported host", () => {
    expect(nodeName({ host: "db-2", name: "ip-10-0-4-12" })).toBe("db-2");
  });

  it("is the host name where none, or an address, is reported", () => {
    expect(nodeName({ host: null, name: "db-1" })).toBe("db-1");
    expect(nodeName({ host: "", name: "db-1" })).toBe("db-1");
    expect(nodeName({ host: "10.0.4.13", name: "db-3" })).toBe("db-3");
  });

  it("is the part before the domain", () => {
    expect(nodeName({ host: "db-2.internal", name: "x" })).toBe("db-2");
  });
});

import { describe, expect, it } from "vitest";
import { foreignTables } from "../../../scripts/operate/foreign-tables";

describe("tables of which the backups have no rows", () => {
  it("are no error if there are none", () => {
    expect(foreignTables([])).toBeUndefined();
  });

  it("are named with their engine and the statement that mends the first one", () => {
    const error = foreignTables(["app.hits\tMyISAM", "shop.log\tARCHIVE"]);
    expect(error).toContain("than InnoDB: app.hits (MyISAM), shop.log (ARCHIVE). Bases and dumps");
    expect(error).toMatch(/: ALTER TABLE app\.hits ENGINE = InnoDB$/);
  });

  it("are counted from the eleventh on", () => {
    const rows = Array.from({ length: 12 }, (_, i) => `app.t${i + 1}\tMyISAM`);
    expect(foreignTables(rows)).toContain("app.t10 (MyISAM) and 2 more. Bases");
  });
});

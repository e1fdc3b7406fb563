import { describe, expect, it } from "vitest";
import { definitionIn, type Place } from "../../../../scripts/restore/tables/definition";

const create = [
  "CREATE TABLE `entry` (",
  "  `id` bigint NOT NULL AUTO_INCREMENT,",
  "  `author` int NOT NULL,",
  "  PRIMARY KEY (`id`),",
  "  KEY `by_author` (`author`),",
  "  CONSTRAINT `entry_author` FOREIGN KEY (`author`) REFERENCES `author` (`id`) ON DELETE CASCADE,",
  "  CONSTRAINT `entry_shop` FOREIGN KEY (`shop`) REFERENCES `shop`.`a``b` (`id`)",
  ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
  "/*!50100 PARTITION BY KEY () */",
].join("\n");

function defined(imported: string[], reachable: string[] = []) {
  const place: Place = {
    from: "app",
    imported: new Map(["app.entry", ...imported].map((key) => [key, `r_${key.split(".")[0]}`])),
    reachable: new Set(reachable),
  };
  return definitionIn(create, "entry", place);
}

describe("the definition of a table in another schema", () => {
  it("loses foreign keys to what is not imported, and tells them", () => {
    const { sql, leftOut } = defined([]);
    expect(leftOut).toEqual(["entry_author to app.author", "entry_shop to shop.a`b"]);
    const lines = sql.split("\n");
    expect(lines[0]).toBe("CREATE TABLE `r_app`.`entry` (");
    expect(lines.slice(4)).toEqual([
      "  KEY `by_author` (`author`)",
      ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
      "/*!50100 PARTITION BY KEY () */",
    ]);
  });

  it("leads foreign keys to tables that are imported too", () => {
    const { sql, leftOut } = defined(["app.author", "shop.a`b"]);
    expect(leftOut).toEqual([]);
    expect(sql).toContain("REFERENCES `r_app`.`author` (`id`) ON DELETE CASCADE,\n");
    expect(sql).toContain("REFERENCES `r_shop`.`a``b` (`id`)\n");
  });

  it("leads foreign keys to what is there if it goes there", () => {
    const { sql, leftOut } = defined([], ["app.author"]);
    expect(leftOut).toEqual(["entry_shop to shop.a`b"]);
    expect(sql).toContain("REFERENCES `app`.`author` (`id`) ON DELETE CASCADE\n)");
  });

  it("is refused if it has another form", () => {
    const place = { from: "app", imported: new Map(), reachable: new Set<string>() };
    expect(() => definitionIn("CREATE VIEW x", "x", place)).toThrow("app.x has an unknown form");
  });
});

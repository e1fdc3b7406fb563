import { expect, it } from "vitest";
import { expectUpgraded, repackMysql } from "../../../scripts/drill/mysql-package";
import { makeRepository } from "../../../scripts/drill/package-repository";

const node = (version: string, clone: string) => new Map([["db-2", { version, clone }]]);
const before = node("8.4.13-0ubuntu1", "none");

it("each database node must have MySQL's newer package, with the data that it had", () => {
  expectUpgraded(before, node("8.4.13-0ubuntu1+drill", "none"));
  expect(() => expectUpgraded(before, before)).toThrow(
    "MySQL's package on db-2 is 8.4.13-0ubuntu1, not 8.4.13-0ubuntu1+drill",
  );
  expect(() => expectUpgraded(before, new Map())).toThrow("on db-2 is not known");
  expect(() => expectUpgraded(before, node("8.4.13-0ubuntu1+drill", "1796035856"))).toThrow(
    "db-2 replaced its data by a clone, begun at 1796035856 (before: none)",
  );
});

it("only a database node has a newer package of MySQL in its repository", () => {
  const lines = repackMysql("/var/lib/webstack-drill/build", "/var/lib/webstack-drill/mysql.deb");
  const packaged = (isDatabase: boolean) => makeRepository(isDatabase).split("\n");
  expect(packaged(true)).toEqual(expect.arrayContaining(lines));
  expect(packaged(true).join("\n")).toContain("for deb in webstack-drill_2_all.deb mysql.deb; do");
  expect(packaged(false).join("\n")).not.toContain("mysql");
});

import { describe, expect, it } from "vitest";
import type { Base } from "../../../host/archiver/chain/manifest";
import { baseToBase, compareWith, inspect } from "../../../scripts/restore/check-restored";

const uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

function base(id: string, last: number, more: Partial<Base> = {}): Base {
  const shared = { parts: [], bytes: 10, plainBytes: 20, node: "db-2", mysql: "9.7.4", link: last };
  return { version: 1, id, gtids: `${uuid}:1-${last}`, ...shared, ...more };
}

/** Link `number` with the transaction of that number. */
function link(number: number, fault = "") {
  const gtids = `${uuid}:${number}`;
  const segment = {
    key: `k${number}`,
    gtids,
    sha256: "",
    bytes: 5,
    plainBytes: 9,
    fromUs: number,
    toUs: number,
  };
  const shared = { version: 1 as const, previous: "", node: "db-2", mysql: "9.7.4" };
  return { number, fault, link: { ...shared, number, segment, archived: `${uuid}:1-${number}` } };
}

/** A restored server whose tables have these checksums. */
function server(sums: Record<string, string>) {
  const asked: string[] = [];
  const query = async (sql: string) => {
    asked.push(sql);
    if (sql.startsWith("SELECT")) return Object.keys(sums).map((name) => name.replace(".", "\t"));
    const name = sql.replace("CHECKSUM TABLE ", "").replaceAll("`", "");
    return [`${name}\t${sums[name]}`];
  };
  return { asked, query };
}

describe("the comparison with a base", () => {
  const taken = base("b", 2, { sums: { "app.a": "1", "app.b": "2" } });

  it("counts the tables that are the same", async () => {
    const same = server({ "app.a": "1", "app.b": "2" });
    expect(await compareWith(taken, same)).toBe(2);
    expect(same.asked).toContain("CHECKSUM TABLE `app`.`b`");
  });

  it("names tables with other rows, missing ones and further ones", async () => {
    const other = server({ "app.a": "9", "app.c": "3" });
    await expect(compareWith(taken, other)).rejects.toThrow(
      "differs from the base b: app.a has other rows, app.b is missing, app.c is not in the base",
    );
  });

  it("compares nothing with a base of a release that took no checksums", async () => {
    const asked = server({});
    expect(await compareWith(base("b", 2), asked)).toBeUndefined();
    expect(asked.asked).toEqual([]);
  });
});

describe("the replay from base to base", () => {
  const sums = { "app.a": "1" };
  const bases = [base("1", 1), base("2", 3), base("3", 5, { sums })];
  const archive = { timeline: "t", bases, links: [1, 2, 3, 4, 5, 6].map((number) => link(number)) };

  it("begins at the base before the newest, and ends with its transactions", () => {
    const { plan, later } = baseToBase(archive)!;
    expect([plan.base.id, later.id, plan.links.map(({ number }) => number)]).toEqual([
      ...["2", "3"],
      [4, 5],
    ]);
  });

  it("needs a later base with checksums, an earlier one, and an unbroken log", () => {
    expect(baseToBase({ ...archive, bases: [base("1", 1), base("2", 3)] })).toBeUndefined();
    expect(baseToBase({ ...archive, bases: [bases[2]!] })).toBeUndefined();
    const broken = [link(4), link(5, "does not follow link 4")];
    expect(baseToBase({ ...archive, links: broken })).toBeUndefined();
  });
});

describe("the check of all tables", () => {
  it("names tables with any signs as MySQL does", async () => {
    const asked: string[] = [];
    const query = async (sql: string) => {
      asked.push(sql);
      if (sql.includes("information_schema.TABLES")) return ["app\tod`d.one"];
      return [sql.startsWith("CHECK") ? "app.od`d.one\tcheck\tstatus\tOK" : "7"];
    };
    expect(await inspect({ query })).toEqual([{ table: "app.od`d.one", rows: 7 }]);
    expect(asked.slice(1)).toEqual([
      "SELECT COUNT(*) FROM `app`.`od``d.one`",
      "CHECK TABLE `app`.`od``d.one`",
    ]);
  });
});

import { describe, expect, it } from "vitest";
import { checkMember, checkOrigin } from "../../../host/archiver/base/member";
import type { Mysql } from "../../../host/supervisor/mysql";

const answering = (rows: string[][]) =>
  ({ query: () => Promise.resolve(rows) }) as unknown as Mysql;

describe("checkMember", () => {
  it("takes an ONLINE member", async () => {
    await expect(checkMember(answering([["ONLINE"]]))).resolves.toBeUndefined();
  });

  it.each([
    ["RECOVERING", [["RECOVERING"]]],
    ["OFFLINE", [[""]]],
    ["OFFLINE", []],
  ])("refuses a MySQL that is %s", async (state, rows) => {
    await expect(checkMember(answering(rows))).rejects.toThrow(`is ${state} in its group`);
  });
});

describe("checkOrigin", () => {
  const copy = (group: string) => {
    const lineage = JSON.stringify([{ epoch: group, founding: "" }]);
    const query = async (sql: string) => [[sql.includes("lineage") ? lineage : "database"]];
    return { query } as unknown as Mysql;
  };

  it("takes a copy of the data whose history was named", async () => {
    const status = { origin: "database 7@db-1" };
    await expect(checkOrigin(copy("7@db-1"), status)).resolves.toBeUndefined();
  });

  it("refuses a copy of a group that was founded meanwhile", async () => {
    const status = { origin: "database 7@db-1" };
    await expect(checkOrigin(copy("8@db-3"), status)).rejects.toThrow(
      "the copy is of database 8@db-3, and its base was to be of database 7@db-1",
    );
  });
});

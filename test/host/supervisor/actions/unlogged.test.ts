import { describe, expect, it } from "vitest";
import { writeOutside, writeUnlogged } from "../../../../host/supervisor/actions/unlogged";
import { type Mysql, SqlError } from "../../../../host/supervisor/mysql";

/** Notes the statements; those with `fails` in them fail. */
function noting() {
  const said: string[] = [];
  const query = (sql: string) => {
    said.push(sql);
    const isBad = sql.includes("fails");
    return isBad ? Promise.reject(new SqlError(1064, "no such statement")) : Promise.resolve([]);
  };
  return { mysql: { query } as unknown as Mysql, said };
}

describe("statements that are not logged", () => {
  it("leave a primary as open as it is", async () => {
    const { mysql, said } = noting();
    await writeUnlogged(mysql, ["DO 1"]);
    expect(said).toEqual(["SET SESSION sql_log_bin = 0;\nDO 1;\nSET SESSION sql_log_bin = 1"]);
  });

  it("close a node outside of a group again, which the app never sees open", async () => {
    const { mysql, said } = noting();
    await writeOutside(mysql, ["DO 1"]);
    expect(said.join("\n").match(/SET GLOBAL [^;\n]*/g)).toEqual([
      "SET GLOBAL read_only = ON",
      "SET GLOBAL super_read_only = OFF",
      "SET GLOBAL super_read_only = ON",
    ]);
    expect(said.join("\n")).not.toContain("SET GLOBAL read_only = OFF");
  });

  it("close it also when one fails", async () => {
    const { mysql, said } = noting();
    await expect(writeOutside(mysql, ["this fails"])).rejects.toThrow("no such statement");
    expect(said.at(-1)).toBe("SET GLOBAL super_read_only = ON");
  });
});

import { describe, expect, it } from "vitest";
import { readLineage, writeLineage } from "../../../../host/supervisor/actions/lineage-table";
import { type Mysql, SqlError } from "../../../../host/supervisor/mysql";

const lineage = [{ epoch: "100", founding: "5d4a0f5e:1-7,5d4a0f5e:1000001-1000004" }];

function answering(answer: (sql: string) => Promise<string[][]>): Mysql {
  return { query: answer } as unknown as Mysql;
}

describe("the lineage in the data", () => {
  it("is written outside of the log, which the group would take for a transaction", async () => {
    const statements: string[] = [];
    const noting = answering((sql) => {
      statements.push(sql);
      return Promise.resolve([]);
    });
    await writeLineage(noting, lineage, true);
    const [before, after] = statements.join().split("REPLACE INTO webstack.lineage");
    expect(before).toContain("SET SESSION sql_log_bin = 0");
    expect(before).not.toContain("sql_log_bin = 1");
    expect(after).toContain("SET SESSION sql_log_bin = 1");
    expect(after).toContain(JSON.stringify(lineage));
    expect(statements.join()).not.toContain("read_only");
  });

  it("opens and closes a node that is in no group", async () => {
    const statements: string[] = [];
    const noting = answering((sql) => {
      statements.push(sql);
      return Promise.resolve([]);
    });
    await writeLineage(noting, lineage, false);
    expect(statements[0]).toContain(
      "SET GLOBAL read_only = ON;\nSET GLOBAL super_read_only = OFF;",
    );
    expect(statements.at(-1)).toBe("SET GLOBAL super_read_only = ON");
  });

  it("is read as it was written", async () => {
    const rows = [[JSON.stringify(lineage)]];
    expect(await readLineage(answering(() => Promise.resolve(rows)))).toEqual(lineage);
  });

  it.each([1049, 1146])("is empty where nothing was written, error %i", async (code) => {
    const absent = answering(() => Promise.reject(new SqlError(code, "no such thing")));
    expect(await readLineage(absent)).toEqual([]);
  });

  it("is not taken for empty when MySQL fails", async () => {
    const failing = answering(() => Promise.reject(new SqlError(1290, "read only")));
    await expect(readLineage(failing)).rejects.toThrow("read only");
  });
});

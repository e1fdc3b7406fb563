import { EventEmitter } from "node:events";
import { describe, expect, it, vi } from "vitest";
import {
  TimeoutError,
  Mysql,
  SqlError,
  writeOutside,
  writeUnlogged,
} from "../../../host/supervisor/mysql";

const end = "--webstack-end--\n";

/** Programs in place of `mysql`, in the order in which they were begun. */
const programs: Program[] = [];

class Program extends EventEmitter {
  readonly stdout = new EventEmitter();
  readonly stderr = new EventEmitter();
  readonly stdin = Object.assign(new EventEmitter(), { write: (text: string) => this.takes(text) });
  readonly taken: string[] = [];

  private takes(text: string): void {
    this.taken.push(text);
  }

  kill(): void {}

  says(text: string): void {
    this.stdout.emit("data", Buffer.from(text));
  }

  complains(text: string): void {
    this.stderr.emit("data", Buffer.from(text));
  }
}

vi.mock("node:child_process", () => ({
  spawn: () => {
    programs.push(new Program());
    return programs.at(-1);
  },
}));

describe("a session of the mysql program", () => {
  it("answers with rows, and with MySQL's own error", async () => {
    const mysql = new Mysql();
    const rows = mysql.query("SELECT 1, 2");
    const program = programs.at(-1)!;
    program.says(`1\t2\n${end}`);
    expect(await rows).toEqual([["1", "2"]]);
    const refused = mysql.query("SELECT x");
    program.complains("ERROR 1054 (42S22) at line 1: Unknown column 'x'\n");
    program.says(end);
    await expect(refused).rejects.toEqual(new SqlError(1054, "Unknown column 'x'"));
    expect(program.taken).toHaveLength(2);
  });

  it("takes nothing that a program says after it was given up for an answer of the next one", async () => {
    const mysql = new Mysql();
    await expect(mysql.query("SELECT 'late'", 5)).rejects.toBeInstanceOf(TimeoutError);
    const late = programs.at(-1)!;
    const rows = mysql.query("SELECT 'new'");
    const current = programs.at(-1)!;
    expect(current).not.toBe(late);
    late.says(`late\n${end}`);
    late.complains("ERROR 2013 (HY000): Lost connection to MySQL server\n");
    late.emit("error", new Error("the late one"));
    late.emit("close", null);
    current.says(`new\n${end}`);
    expect(await rows).toEqual([["new"]]);
  });

  it("gives an answer that came just before its session was given up to no later query", async () => {
    const mysql = new Mysql();
    const first = mysql.query("SELECT 'first'");
    programs.at(-1)!.says(`first\n${end}`);
    mysql.abandon("the copy is made");
    await expect(first).rejects.toThrow("the copy is made");
    const second = mysql.query("SELECT 'second'");
    await new Promise((resolve) => setImmediate(resolve));
    programs.at(-1)!.says(`second\n${end}`);
    expect(await second).toEqual([["second"]]);
  });
});

/** Notes the statements; those with `fails` in them fail. */
function noting() {
  const statements: string[] = [];
  const query = (sql: string) => {
    statements.push(sql);
    const isBad = sql.includes("fails");
    return isBad ? Promise.reject(new SqlError(1064, "no such statement")) : Promise.resolve([]);
  };
  return { mysql: { query } as unknown as Mysql, statements };
}

describe("statements that are not logged", () => {
  it("leave a primary as open as it is", async () => {
    const { mysql, statements } = noting();
    await writeUnlogged(mysql, ["DO 1"]);
    expect(statements).toEqual([
      "SET SESSION sql_log_bin = 0;\nDO 1;\nSET SESSION sql_log_bin = 1",
    ]);
  });

  it("close a node outside of a group again, which the app never sees open", async () => {
    const { mysql, statements } = noting();
    await writeOutside(mysql, ["DO 1"]);
    expect(statements.join("\n").match(/SET GLOBAL [^;\n]*/g)).toEqual([
      "SET GLOBAL read_only = ON",
      "SET GLOBAL super_read_only = OFF",
      "SET GLOBAL super_read_only = ON",
    ]);
    expect(statements.join("\n")).not.toContain("SET GLOBAL read_only = OFF");
  });

  it("close it also when one fails", async () => {
    const { mysql, statements } = noting();
    await expect(writeOutside(mysql, ["this fails"])).rejects.toThrow("no such statement");
    expect(statements.at(-1)).toBe("SET GLOBAL super_read_only = ON");
  });
});

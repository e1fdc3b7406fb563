import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeDump } from "../../../host/archiver/logical/write-dump";
import type { Mysql } from "../../../host/supervisor/mysql";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dump-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Answers in order of the queries that are asked; an unknown one is refused. */
const answers: Record<string, string[][]> = {
  SCHEMATA: [["app"], ["app-two"]],
  "FROM mysql.user": [["'clerk'@'%'"], ["'o\\'k'@'10.%'"]],
  "SHOW CREATE USER 'clerk'@'%'": [["CREATE USER `clerk`@`%` IDENTIFIED WITH 'x' AS 0x24"]],
  "SHOW CREATE USER 'o\\'k'@'10.%'": [["CREATE USER `o'k`@`10.%`"]],
  "SHOW GRANTS FOR 'clerk'@'%'": [["GRANT USAGE ON *.* TO `clerk`@`%`"], ["GRANT SELECT\ton x"]],
  "SHOW GRANTS FOR 'o\\'k'@'10.%'": [["GRANT USAGE ON *.* TO `o'k`@`10.%`"]],
};
const mysqlWith = (known: Record<string, string[][]>) =>
  ({
    query: (sql: string) => {
      const key = Object.keys(known).find((part) => sql.includes(part));
      return key ? Promise.resolve(known[key]) : Promise.reject(new Error(`unknown: ${sql}`));
    },
  }) as unknown as Mysql;

/** A `mysqldump` that is a shell script. */
function program(script: string): string {
  const path = join(folder, "mysqldump");
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** Writes a dump; what "encrypts" turns bytes into other ones, since `age` need not be here. */
async function write(
  script: string,
  more: { known?: typeof answers; checkRoom?: () => void } = {},
) {
  const pipe = { compress: ["cat"], encrypt: ["sh", "-c", "tr a-z n-za-m"] };
  return writeDump({
    copy: { mysql: mysqlWith(more.known ?? answers), socket: "/copy.sock" },
    ...{ user: "base", publicKey: "age1x", folder, checkRoom: more.checkRoom ?? (() => undefined) },
    programs: { dump: program(script), pipe },
  });
}
const opened = (name: string) =>
  readFileSync(join(folder, name), "latin1").replace(/[a-z]/g, (letter) =>
    String.fromCharCode(((letter.charCodeAt(0) - 97 + 13) % 26) + 97),
  );

describe("a dump", () => {
  it("is the SQL of the schemas of users, in a file that the group reads, and never in clear", async () => {
    const { plainBytes } = await write('printf "%s\\n" "$@"');
    const words = opened("dump.age").split("\n");
    expect(words).toEqual(
      expect.arrayContaining(["--single-transaction", "--set-gtid-purged=OFF"]),
    );
    expect(words).toEqual(expect.arrayContaining(["--routines", "--events", "--triggers"]));
    expect(words.slice(-5)).toEqual(["--databases", "--", "app", "app-two", ""]);
    expect(plainBytes).toBe(statSync(join(folder, "dump.age")).size);
    expect(readFileSync(join(folder, "dump.age"), "latin1")).not.toContain("databases");
    expect(statSync(join(folder, "dump.age")).mode & 0o777).toBe(0o640);
  });

  it("has the accounts by themselves: those who are created first, then what they may", async () => {
    await write("true");
    expect(opened("accounts.age").split("\n")).toEqual([
      "CREATE USER `clerk`@`%` IDENTIFIED WITH 'x' AS 0x24;",
      "CREATE USER `o'k`@`10.%`;",
      "GRANT USAGE ON *.* TO `clerk`@`%`;",
      "GRANT SELECT\ton x;",
      "GRANT USAGE ON *.* TO `o'k`@`10.%`;",
      "",
    ]);
  });

  it("of a MySQL without a schema is empty", async () => {
    const known = { ...answers, SCHEMATA: [] };
    expect(await write("exit 9", { known })).toEqual({ plainBytes: 0 });
  });

  it("fails with what mysqldump says, even after it has written rows", async () => {
    const script = "echo some rows; echo 'View app.v references invalid table(s)' >&2; exit 2";
    await expect(write(script)).rejects.toThrow("mysqldump: View app.v references invalid");
  });

  it("ends, and ends mysqldump, as soon as the disk gets too full", async () => {
    let looks = 0;
    const checkRoom = () => {
      looks += 1;
      // The first look is that of the accounts.
      if (looks > 2) throw new Error("a dump must leave 3 bytes");
    };
    await expect(write("exec cat /dev/zero", { checkRoom })).rejects.toThrow("must leave 3 bytes");
    expect(looks).toBe(3);
    expect(statSync(join(folder, "dump.age")).size).toBeLessThan(64 * 2 ** 20);
  });
});

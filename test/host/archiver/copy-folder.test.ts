import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
  existsSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, describe } from "vitest";
import { letGroupEnter, letGroupRead, removeCopy } from "../../../host/archiver/base/copy-folder";
import { SqlError } from "../../../host/supervisor/mysql";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "copy-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const modeOf = (name: string) => statSync(join(folder, name)).mode & 0o777;

it("lets the group read what MySQL has for itself alone, and gives nobody else anything", () => {
  mkdirSync(join(folder, "#innodb_redo"));
  for (const name of ["#innodb_redo/#ib_redo31_tmp", "ibdata1"]) {
    writeFileSync(join(folder, name), "");
  }
  chmodSync(join(folder, "#innodb_redo/#ib_redo31_tmp"), 0o600);
  chmodSync(join(folder, "ibdata1"), 0o640);
  chmodSync(join(folder, "#innodb_redo"), 0o700);
  letGroupRead(folder);
  const names = ["#innodb_redo", "#innodb_redo/#ib_redo31_tmp", "ibdata1"];
  expect(names.map(modeOf)).toEqual([0o750, 0o640, 0o640]);
});

it("lets the group enter the folder again that the package's scripts closed", () => {
  chmodSync(folder, 0o700);
  letGroupEnter(folder);
  expect(modeOf("")).toBe(0o750);
});

describe("removeCopy", () => {
  let root: string;

  let folder: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "webstack-copy-"));
    folder = join(root, "webstack-base");
    mkdirSync(join(folder, "data", "app"), { recursive: true });
    writeFileSync(join(folder, "data", "app", "entry.ibd"), "rows");
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  /** A MySQL with clones; `looks`: how many looks after its kill a clone is still seen. */
  function server(clones: string[], looks: number, onKill = () => undefined as void) {
    const asked: string[] = [];
    let left = looks;
    let killed = false;
    const query = (sql: string): Promise<string[][]> => {
      asked.push(sql.split(" ")[0]!);
      if (sql.startsWith("KILL")) {
        killed = true;
        return Promise.resolve().then(() => (onKill(), []));
      }
      if (killed && left-- <= 0) return Promise.resolve([]);
      // The copy is written to until then.
      expect(existsSync(folder)).toBe(true);
      return Promise.resolve(clones.map((id) => [id]));
    };
    return { asked, query };
  }

  it("removes the folder with all that is in it, and accepts that there is none", async () => {
    const mysql = server([], 0);
    await removeCopy(folder, mysql);
    await removeCopy(folder, { query: () => Promise.resolve([]) });
    expect(existsSync(folder)).toBe(false);
    expect(mysql.asked).toEqual(["SELECT", "SELECT"]);
  });

  it("ends a clone whose client was killed, and waits for its end before the removal", async () => {
    const mysql = server(["42"], 1);
    await removeCopy(folder, mysql);
    expect(mysql.asked).toEqual(["SELECT", "KILL", "SELECT", "SELECT"]);
    expect(existsSync(folder)).toBe(false);
  });

  it("accepts a clone that ends before it is killed", async () => {
    const gone = () => {
      throw new SqlError(1094, "Unknown thread id: 42");
    };
    await removeCopy(folder, server(["42"], 0, gone));
    expect(existsSync(folder)).toBe(false);
  });

  it("removes the folder also while MySQL does not answer", async () => {
    await removeCopy(folder, { query: () => Promise.reject(new Error("MySQL is not running")) });
    expect(existsSync(folder)).toBe(false);
  });
});

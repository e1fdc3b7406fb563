import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { letGroupRead } from "../../../host/archiver/base/copy-folder";

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

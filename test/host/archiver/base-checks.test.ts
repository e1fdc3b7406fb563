import { describe, expect, it } from "vitest";
import {
  checkMember,
  checkOrigin,
  checkDumpSpace,
  checkFreeSpace,
} from "../../../host/archiver/base/checks";
import type { Mysql } from "../../../host/supervisor/mysql";
import { assessDisk } from "../../../host/supervisor/observation/disk-space";

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

const gib = 2 ** 30;
const mib = 2 ** 20;
const disk = (free: number, size: number) => () => ({
  ...{ bavail: Math.floor(free / 4_096), blocks: Math.floor(size / 4_096), bsize: 4_096 },
});
const refusal = (run: () => void) => {
  try {
    run();
    return "";
  } catch (error) {
    return (error as Error).message;
  }
};

describe("the room for a base", () => {
  it("is the copy and 0.3 times the data, where that is more than the supervisor demands", () => {
    const size = 400 * gib;
    expect(refusal(() => checkFreeSpace("/x", 100 * gib, disk(130 * gib, size)))).toBe("");
    expect(refusal(() => checkFreeSpace("/x", 100 * gib, disk(129 * gib, size)))).toBe(
      `a base needs ${130 * gib} bytes free on the disk of /x (${100 * gib} for the copy, and ${30 * gib} that stay free: 0.3 times the data), got ${129 * gib}; free space, or use a larger disk`,
    );
  });

  it("is the copy and what keeps the disk from being nearly full, where that is more", () => {
    expect(refusal(() => checkFreeSpace("/x", gib, disk(2.31 * gib, 10 * gib)))).toBe("");
    expect(refusal(() => checkFreeSpace("/x", gib, disk(2.29 * gib, 10 * gib)))).toContain(
      "that stay free: with which the disk is not nearly full",
    );
    expect(refusal(() => checkFreeSpace("/x", gib, disk(6.3 * gib, 200 * gib)))).toBe("");
    expect(refusal(() => checkFreeSpace("/x", gib, disk(6.1 * gib, 200 * gib)))).toContain(
      `a base needs ${gib + Math.ceil(5.2 * gib)} bytes`,
    );
  });

  it("never lets a copy make the supervisor see a nearly full disk, or keep seeing one", () => {
    for (const size of [10, 20, 40, 80, 200, 2_000].map((each) => each * gib)) {
      for (const data of [mib, gib, 5 * gib, 100 * gib].filter((each) => each < size)) {
        for (let free = data; free < size; free += Math.max(size / 500, mib)) {
          if (refusal(() => checkFreeSpace("/x", data, disk(free, size))) !== "") continue;
          for (const full of [false, true]) {
            const left = disk(free - data, size)();
            expect(assessDisk(left, { full, spent: false }).full).toBe(false);
          }
        }
      }
    }
  });
});

describe("the room for a dump", () => {
  it("is as much as a base leaves", () => {
    const size = 400 * gib;
    expect(refusal(() => checkDumpSpace("/x", 100 * gib, disk(30 * gib, size)))).toBe("");
    expect(refusal(() => checkDumpSpace("/x", 100 * gib, disk(29 * gib, size)))).toBe(
      `a dump must leave ${30 * gib} bytes free on the disk of /x (0.3 times the data), got ${29 * gib}; free space, or use a larger disk`,
    );
    expect(refusal(() => checkDumpSpace("/x", mib, disk(1.2 * gib, 10 * gib)))).toContain(
      "(with which the disk is not nearly full)",
    );
  });
});

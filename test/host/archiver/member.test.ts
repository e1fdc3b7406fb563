import { describe, expect, it } from "vitest";
import { checkMember } from "../../../host/archiver/base/member";
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

import { beforeEach, describe, expect, it, vi } from "vitest";
import { setPrimary } from "../../../../host/supervisor/actions/group";
import { killMysql } from "../../../../host/supervisor/actions/kill-mysql";
import { TimeoutError, type Mysql, SqlError } from "../../../../host/supervisor/mysql";

vi.mock("../../../../host/supervisor/actions/kill-mysql", () => ({ killMysql: vi.fn() }));

const failing = (error: Error) => ({ query: () => Promise.reject(error) }) as unknown as Mysql;
const hanging = failing(new TimeoutError("MySQL does not answer"));

beforeEach(() => {
  vi.mocked(killMysql).mockClear();
});

describe("a switch that hangs", () => {
  it("ends the MySQL of a primary whose disk hangs", async () => {
    const switched = setPrimary(hanging, "10.0.4.12", "kill", () => true);
    await expect(switched).rejects.toThrow("the switch hangs; MySQL is restarted");
    expect(killMysql).toHaveBeenCalledOnce();
  });

  it.each<[string, Mysql, "kill" | "giveUp", boolean]>([
    ["for any other reason", hanging, "giveUp", true],
    ["once another node is the primary", hanging, "kill", false],
    ["that MySQL refused", failing(new SqlError(3910, "refused")), "kill", true],
  ])("ends no MySQL %s", async (_, mysql, ifItHangs, isPrimary) => {
    await expect(setPrimary(mysql, "10.0.4.12", ifItHangs, () => isPrimary)).rejects.toThrow();
    expect(killMysql).not.toHaveBeenCalled();
  });
});

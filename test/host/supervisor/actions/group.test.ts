import { execFile } from "node:child_process";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { setPrimary } from "../../../../host/supervisor/actions/group";
import { HangingError, type Mysql, SqlError } from "../../../../host/supervisor/mysql";

vi.mock("node:child_process", () => ({
  spawn: vi.fn(),
  execFile: vi.fn((...args: unknown[]) =>
    (args.at(-1) as (error: null, result: object) => void)(null, {}),
  ),
}));

const killed = () =>
  vi.mocked(execFile).mock.calls.map(([program, args]) => [program, ...(args ?? [])].join(" "));
const failing = (error: Error) => ({ query: () => Promise.reject(error) }) as unknown as Mysql;
const hanging = failing(new HangingError("MySQL does not answer"));

beforeEach(() => {
  vi.mocked(execFile).mockClear();
});

describe("a switch that hangs", () => {
  it("ends the MySQL of a primary whose disk hangs", async () => {
    const switched = setPrimary(hanging, "10.0.4.12", "kill", () => true);
    await expect(switched).rejects.toThrow("the switch hangs; MySQL is started anew");
    expect(killed()).toEqual(["/usr/bin/systemctl kill --signal=KILL mysql.service"]);
  });

  it.each<[string, Mysql, "kill" | "giveUp", boolean]>([
    ["for any other reason", hanging, "giveUp", true],
    ["once another node is the primary", hanging, "kill", false],
    ["that MySQL refused", failing(new SqlError(3910, "refused")), "kill", true],
  ])("ends no MySQL %s", async (_, mysql, ifItHangs, isPrimary) => {
    await expect(setPrimary(mysql, "10.0.4.12", ifItHangs, () => isPrimary)).rejects.toThrow();
    expect(killed()).toEqual([]);
  });
});

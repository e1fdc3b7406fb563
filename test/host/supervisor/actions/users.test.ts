import { describe, expect, it } from "vitest";
import { provideUsers } from "../../../../host/supervisor/actions/users";
import type { Memory } from "../../../../host/supervisor/core/memory";
import { type Mysql, SqlError } from "../../../../host/supervisor/mysql";
import type { Observer } from "../../../../host/supervisor/observation/observer";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { member, outside, view } from "../support/node-state";

const passwords = { app: "one", replication: "two" };

async function provided(state: NodeState, grouped = true, refused = "nothing") {
  const said: string[] = [];
  const query = (sql: string) => {
    said.push(sql);
    const isBad = sql.includes(refused);
    return isBad ? Promise.reject(new SqlError(1227, "Access denied")) : Promise.resolve([]);
  };
  const observer = { state, usersExist: false, isFresh: () => true };
  const soles: boolean[] = [];
  const memory = { setSole: (sole: boolean) => soles.push(sole) } as unknown as Memory;
  const mysql = { query } as unknown as Mysql;
  await provideUsers(
    { observer: observer as unknown as Observer, memory, grouped },
    mysql,
    passwords,
  );
  return { said, made: observer.usersExist, soles };
}

describe("database and users", () => {
  it("are made without the log on a node outside of a group, which is closed again", async () => {
    const { said, made, soles } = await provided(outside("db-1"));
    expect(made).toBe(true);
    expect(soles).toEqual([]);
    expect(said[0]).toContain("SET SESSION sql_log_bin = 0");
    expect(said.at(-1)).toBe("SET GLOBAL super_read_only = ON");
    expect(said.join()).not.toContain("read_only = OFF;\nSET GLOBAL read_only = OFF");
  });

  it("are made in the log on the primary, whose openness is the group's", async () => {
    const { said } = await provided(member("db-1", "PRIMARY"));
    expect(said.join()).not.toMatch(/read_only|sql_log_bin/);
    expect(said[0]).toContain("CREATE USER IF NOT EXISTS 'app'@'%'");
  });

  it("open a single node, which no group opens", async () => {
    const { said } = await provided(outside("db-1", { member: null }), false);
    expect(said[0]).toContain("SET GLOBAL super_read_only = OFF;\nSET GLOBAL read_only = OFF");
    expect(said.join()).not.toContain("read_only = ON");
  });

  it("of a single node say that it is the only one, unless it knows of a group", async () => {
    const { soles } = await provided(outside("db-1", { member: null }), false);
    expect(soles).toEqual([true]);
    const grown = outside("db-1", { member: null, lastView: view("db-1", 3) });
    expect((await provided(grown, false)).soles).toEqual([]);
  });

  it("of former versions are dropped on the primary, or stay without holding anything up", async () => {
    const { said, made } = await provided(member("db-1", "PRIMARY"), true, "DROP USER");
    expect(said.slice(1)).toEqual([
      "DROP USER IF EXISTS 'admin'@'%'",
      "DROP USER IF EXISTS 'monitor'@'%'",
    ]);
    expect(made).toBe(true);
  });
});

import { describe, expect, it } from "vitest";
import { Users } from "../../../../host/supervisor/actions/users";
import type { Memory } from "../../../../host/supervisor/core/memory";
import { markOf } from "../../../../host/supervisor/core/passwords";
import { type Mysql, SqlError } from "../../../../host/supervisor/mysql";
import type { Observer } from "../../../../host/supervisor/observation/observer";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { member, outside, view } from "../support/node-state";

const passwords = { app: ["one", "zero"], replication: ["two", "zero"] } as const;
const present = [markOf("one"), markOf("two")] as const;
const past = [markOf("zero"), markOf("zero")] as const;

function users(state: NodeState, grouped = true, refused = "nothing") {
  const statements: string[] = [];
  let marks: readonly string[] = present;
  const query = (sql: string) => {
    if (sql.includes("USER_ATTRIBUTES")) {
      const rows = marks.map((mark, i) => [["app", "replication"][i]!, `["${mark}"]`]);
      return Promise.resolve(rows);
    }
    statements.push(sql);
    const isBad = sql.includes(refused);
    return isBad ? Promise.reject(new SqlError(1227, "Access denied")) : Promise.resolve([]);
  };
  const observer = { state, usersExist: false, isFresh: () => true };
  const soles: boolean[] = [];
  const kept = new Users({
    observer: observer as unknown as Observer,
    memory: { setSole: (sole: boolean) => soles.push(sole) } as unknown as Memory,
    mysql: { query } as unknown as Mysql,
    ...{ grouped, passwords },
  });
  return { kept, statements, soles, observer, found: (next: readonly string[]) => (marks = next) };
}

async function provided(state: NodeState, grouped = true, refused = "nothing") {
  const made = users(state, grouped, refused);
  await made.kept.provide();
  return { ...made, made: made.observer.usersExist };
}

describe("database and users", () => {
  it("are made without the log on a node outside of a group, which is closed again", async () => {
    const { statements, made, soles } = await provided(outside("db-1"));
    expect(made).toBe(true);
    expect(soles).toEqual([]);
    expect(statements[0]).toContain("SET SESSION sql_log_bin = 0");
    expect(statements.at(-1)).toBe("SET GLOBAL super_read_only = ON");
    expect(statements.join()).not.toContain("read_only = OFF;\nSET GLOBAL read_only = OFF");
  });

  it("are made in the log on the primary, whose openness is the group's", async () => {
    const { statements } = await provided(member("db-1", "PRIMARY"));
    expect(statements.join()).not.toMatch(/read_only|sql_log_bin/);
    expect(statements[0]).toContain("CREATE USER IF NOT EXISTS 'app'@'%'");
  });

  it("are not touched on the primary of a group without a certificate", async () => {
    for (const state of [
      member("db-1", "PRIMARY", { groupId: "1799" }),
      member("db-1", "PRIMARY", { groupId: "1799", certificate: null }),
    ]) {
      const { statements, made, kept, found, observer } = await provided(state);
      expect([statements, made]).toEqual([[], false]);
      found(past);
      observer.usersExist = true;
      await kept.provide();
      expect(statements).toEqual([]);
    }
  });

  it("open a single node, which no group opens", async () => {
    const { statements } = await provided(outside("db-1", { member: null }), false);
    expect(statements[0]).toContain(
      "SET GLOBAL super_read_only = OFF;\nSET GLOBAL read_only = OFF",
    );
    expect(statements.join()).not.toContain("read_only = ON");
  });

  it("of a single node say that it is the only one, unless it knows of a group", async () => {
    const { soles } = await provided(outside("db-1", { member: null }), false);
    expect(soles).toEqual([true]);
    const grown = outside("db-1", { member: null, lastView: view("db-1", 3) });
    expect((await provided(grown, false)).soles).toEqual([]);
  });

  it("of former versions are dropped on the primary, or stay without holding anything up", async () => {
    const { statements, made } = await provided(member("db-1", "PRIMARY"), true, "DROP USER");
    expect(statements.slice(1)).toEqual([
      "DROP USER IF EXISTS 'admin'@'%'",
      "DROP USER IF EXISTS 'monitor'@'%'",
    ]);
    expect(made).toBe(true);
  });
});

describe("passwords", () => {
  const alter = (statements: string[]) => statements.filter((sql) => sql.startsWith("ALTER USER"));

  it("are changed by the primary, which is not healthy before", async () => {
    const { kept, statements, found } = users(member("db-1", "PRIMARY"));
    found(past);
    expect(kept.problem).toContain("do not have the present passwords yet");
    await kept.provide();
    expect(kept.problem).toBe("");
    expect(alter(statements)).toEqual([
      expect.stringContaining("'app'@'%' IDENTIFIED BY 'one' RETAIN CURRENT PASSWORD"),
      expect.stringContaining("'replication'@'%' IDENTIFIED BY 'two' RETAIN CURRENT PASSWORD"),
    ]);
  });

  it("are left alone on a node that is in no group: its members would differ", async () => {
    const { kept, statements, found } = users(outside("db-1"));
    found(past);
    await kept.provide();
    expect(statements.join()).not.toContain("ALTER USER");
    expect(kept.problem).toBe("");
  });

  it("are changed by a secondary once it becomes the primary", async () => {
    const { kept, statements, found, observer } = users(outside("db-1"));
    found(past);
    await kept.provide();
    observer.state = member("db-1", "PRIMARY", { writable: false });
    await kept.provide();
    expect(alter(statements)).toEqual([]);
    expect(kept.problem).not.toBe("");
    observer.state = member("db-1", "PRIMARY");
    await kept.provide();
    expect(alter(statements)).toHaveLength(2);
  });

  it("are compared again after the role was elsewhere, and only then", async () => {
    const { kept, statements, found, observer } = users(member("db-1", "PRIMARY"));
    await kept.provide();
    found(past);
    await kept.provide();
    expect(alter(statements)).toEqual([]);
    observer.state = member("db-1", "SECONDARY");
    await kept.provide();
    observer.state = member("db-1", "PRIMARY");
    await kept.provide();
    expect(alter(statements)).toHaveLength(2);
  });

  it("are changed without the log on a single node", async () => {
    const single = outside("db-1", { member: null, writable: true });
    const { kept, statements, found } = users(single, false);
    found(past);
    await kept.provide();
    const changes = statements.filter((sql) => sql.includes("ALTER USER"));
    expect(changes).toHaveLength(2);
    for (const sql of changes) expect(sql).toContain("SET SESSION sql_log_bin = 0");
  });

  it("that the database does not know are not overwritten, and the node says so", async () => {
    const { kept, statements, found } = users(member("db-1", "PRIMARY"));
    found([markOf("other"), markOf("zero")]);
    await kept.provide();
    expect(alter(statements)).toEqual([]);
    expect(kept.problem).toBe(
      "the database knows neither the present nor the former password of app; " +
        "raise db.passwordVersion by 1 at a time, and never lower it",
    );
  });

  it("that the database does not know make a secondary say so too", async () => {
    const { kept, observer } = users(member("db-2", "SECONDARY", { accepted: past }));
    expect(kept.problem).toBe("");
    observer.state = member("db-2", "SECONDARY", { accepted: [markOf("other")] });
    expect(kept.problem).toContain("former password of replication; raise db.passwordVersion");
  });

  it("are tried again after a failure", async () => {
    const { kept, found } = users(member("db-1", "PRIMARY"), true, "ALTER USER 'replication'");
    found(past);
    await expect(kept.provide()).rejects.toThrow("Access denied");
    expect(kept.problem).not.toBe("");
  });
});

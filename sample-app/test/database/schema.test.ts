import { describe, expect, it } from "vitest";
import { migrate, migrations, schemaVersion, wantedVersion } from "../../src/database/schema";
import { sqlError } from "../support/errors";
import { FakeSession } from "../support/fake-session";

/** A database at schema version `version`, or without a schema. */
function server(version?: number, lock: number | null = 1): FakeSession {
  return new FakeSession("db-1", ({ sql }) => {
    if (sql.includes("GET_LOCK")) return [{ taken: lock }];
    if (!sql.includes("MAX(version)")) return undefined;
    if (version === undefined) throw sqlError(1146);
    return [{ version }];
  });
}

describe("migrations", () => {
  const statements = migrations.flatMap((step) => step.statements);

  it("count up from 1", () => {
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, n) => n + 1));
  });

  it.each(statements)("make no table that Group Replication refuses: %s", (statement) => {
    expect(statement).toContain("PRIMARY KEY");
    expect(statement).toContain("ENGINE=InnoDB");
  });

  it.each(statements)("can be run twice: %s", (statement) => {
    expect(statement).toMatch(/^CREATE TABLE IF NOT EXISTS /);
  });
});

describe("migrate", () => {
  it("applies all steps to an empty database, under the lock", async () => {
    const session = server(0);
    expect(await migrate(session, 10)).toEqual(migrations.map(({ version }) => version));
    const sql = session.statements.map((statement) => statement.sql);
    expect(sql[0]).toContain("GET_LOCK");
    expect(sql.at(-1)).toContain("RELEASE_LOCK");
  });

  it("does nothing the second time", async () => {
    expect(await migrate(server(wantedVersion), 10)).toEqual([]);
  });

  it("applies only what is missing", async () => {
    const steps = [1, 2, 3].map((version) => {
      return { version, name: `step ${version}`, statements: [`CREATE TABLE t${version}`] };
    });
    const session = server(1);
    expect(await migrate(session, 10, steps)).toEqual([2, 3]);
    const sql = session.statements.map((statement) => statement.sql);
    expect(sql.filter((text) => text.startsWith("CREATE TABLE t"))).toEqual([
      "CREATE TABLE t2",
      "CREATE TABLE t3",
    ]);
  });

  it.each([0, null])("refuses to work without the lock (answer %s)", async (lock) => {
    await expect(migrate(server(0, lock), 10)).rejects.toThrow(
      "another migration was still running after 10 s",
    );
  });
});

describe("schemaVersion", () => {
  it("is 0 as long as there is no schema", async () => {
    expect(await schemaVersion(server())).toBe(0);
  });

  it("is the newest step", async () => {
    expect(await schemaVersion(server(3))).toBe(3);
  });
});

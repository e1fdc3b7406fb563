import { describe, expect, it } from "vitest";
import { Database, type DatabaseArgs } from "../../src/database/database";
import type { Session } from "../../src/database/session";
import { OverloadedError, UnavailableError } from "../../src/errors";
import { lostError, sqlError } from "../support/errors";
import { FakeClock } from "../support/fake-clock";
import { FakeSession, type Answerer } from "../support/fake-session";
import type { LogLine } from "../support/services";

/** A database whose primary is db-1 and whose replica is db-2. */
function database(overrides: Partial<DatabaseArgs> & { replica?: Answerer } = {}) {
  const clock = new FakeClock();
  const lines: LogLine[] = [];
  const args: DatabaseArgs = {
    openWrite: async () => new FakeSession("db-1"),
    openRead: async () => new FakeSession("db-2", overrides.replica),
    poolSize: 4,
    maxPending: 8,
    clock,
    random: () => 1,
    log: (...line) => void lines.push(line as LogLine),
    ...overrides,
  };
  return { database: new Database(args), clock, lines };
}

const name = async (session: Session): Promise<string> => session.node;

/** Answers the question whether a transaction has arrived with `late`. */
const waits =
  (late: number): Answerer =>
  ({ sql }) =>
    sql.includes("WAIT_FOR_EXECUTED_GTID_SET") ? [{ late }] : undefined;

describe("Database.read", () => {
  it("asks a replica", async () => {
    expect((await database().database.read(name)).node).toBe("db-2");
  });

  it("asks the primary when replicas keep failing", async () => {
    const openRead = (): Promise<FakeSession> => Promise.reject(lostError("ECONNREFUSED"));
    expect((await database({ openRead }).database.read(name)).node).toBe("db-1");
  });

  it("stays on a replica that has applied the session's last write", async () => {
    const fresh = { until: 0, gtid: "uuid:7" };
    const { node } = await database({ replica: waits(0) }).database.read(name, fresh);
    expect(node).toBe("db-2");
  });

  it("asks the primary when replicas have not applied the session's last write", async () => {
    const fresh = { until: 0, gtid: "uuid:7" };
    const { node } = await database({ replica: waits(1) }).database.read(name, fresh);
    expect(node).toBe("db-1");
  });

  it("asks the primary after a write whose transaction is not known", async () => {
    expect((await database().database.read(name, { until: 0 })).node).toBe("db-1");
  });

  it("asks another server when a replica does not have the tables yet", async () => {
    const { node } = await database().database.read(async (session) => {
      if (session.node === "db-2") throw sqlError(1146);
      return name(session);
    });
    expect(node).toBe("db-1");
  });

  it("goes on while there is no primary", async () => {
    const openWrite = (): Promise<FakeSession> => Promise.reject(lostError());
    expect((await database({ openWrite }).database.read(name)).node).toBe("db-2");
  });
});

describe("Database.write", () => {
  it("waits for a new primary, on a connection of its own for each attempt", async () => {
    let primary = "db-1";
    const opened: string[] = [];
    const openWrite = async (): Promise<FakeSession> => {
      opened.push(primary);
      return new FakeSession(primary);
    };
    const { database: db } = database({ openWrite });
    const { node } = await db.write(async (session) => {
      if (opened.length === 4) primary = "db-3";
      if (session.node === "db-1") throw sqlError(1290, "super_read_only");
    });
    expect(node).toBe("db-3");
    expect(opened).toEqual(["db-1", "db-1", "db-1", "db-1", "db-3"]);
  });

  it("fails after the deadline with an invitation to try again", async () => {
    const openWrite = (): Promise<FakeSession> => Promise.reject(lostError());
    const end = database({ openWrite }).database.write(name);
    await expect(end).rejects.toBeInstanceOf(UnavailableError);
  });

  it("refuses at once when too many writes wait, while reads go on", async () => {
    const { database: db } = database({ maxPending: 1 });
    let finish = (): void => undefined;
    const gate = new Promise<void>((resolve) => (finish = resolve));
    const first = db.write(() => gate);
    await expect(db.write(name)).rejects.toBeInstanceOf(OverloadedError);
    expect((await db.read(name)).node).toBe("db-2");
    finish();
    await first;
  });

  it("writes one log line about a trouble, not one for each caller", async () => {
    const openWrite = (): Promise<FakeSession> => Promise.reject(lostError());
    const { database: db, lines } = database({ openWrite });
    await Promise.allSettled([db.write(name), db.write(name), db.write(name)]);
    const seconds = 15;
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThanOrEqual(seconds / 2 + 1);
    expect(lines[0]).toEqual([
      "warning",
      "database-retry",
      expect.objectContaining({ kind: "write", waiting: 3, code: "ECONNRESET" }),
    ]);
  });
});

describe("Database.nodes", () => {
  it("names the servers behind both addresses", async () => {
    const clock = { now: () => 0, sleep: () => new Promise<void>(() => undefined) };
    expect(await database({ clock }).database.nodes()).toEqual({ write: "db-1", read: "db-2" });
  });

  it("names nobody where nobody answers", async () => {
    const clock = { now: () => 0, sleep: () => new Promise<void>(() => undefined) };
    const openWrite = (): Promise<FakeSession> => Promise.reject(lostError());
    const { database: db } = database({ clock, openWrite });
    expect(await db.nodes()).toEqual({ write: null, read: "db-2" });
  });
});

import { describe, expect, it } from "vitest";
import { Connections, type ConnectionsArgs } from "../../src/database/connections";
import { lostError } from "../support/errors";
import { FakeClock } from "../support/fake-clock";
import { FakeSession } from "../support/fake-session";

/** A pool that opens fake sessions to db-1, db-2, ...; a test overrides only what it is about. */
function pool(overrides: Partial<ConnectionsArgs> = {}) {
  const opened: FakeSession[] = [];
  const clock = new FakeClock();
  const open = async (): Promise<FakeSession> => {
    const session = new FakeSession(`db-${opened.length + 1}`);
    opened.push(session);
    return session;
  };
  const connections = new Connections({
    open,
    size: 4,
    spread: 1,
    maxAgeMs: 1000,
    clock,
    ...overrides,
  });
  const node = (): Promise<string> => connections.use(0, async (session) => session.node);
  return { connections, opened, clock, node };
}

describe("Connections", () => {
  it("uses an idle connection again", async () => {
    const { node } = pool();
    expect([await node(), await node()]).toEqual(["db-1", "db-1"]);
  });

  it("never uses a connection again on which something failed", async () => {
    const { connections, opened, node } = pool();
    await expect(connections.use(0, () => Promise.reject(lostError()))).rejects.toThrow();
    expect(opened[0]?.destroyed).toBe(true);
    expect(await node()).toBe("db-2");
  });

  it("forgets an idle connection that the server or the proxy ended", async () => {
    const { opened, node } = pool();
    await node();
    opened[0]?.lose();
    expect(await node()).toBe("db-2");
  });

  it("takes turns between as many connections as it is to spread over", async () => {
    const { node } = pool({ spread: 2 });
    expect([await node(), await node(), await node()]).toEqual(["db-1", "db-2", "db-1"]);
  });

  it("falls back on an idle connection when a further one cannot be opened", async () => {
    const only = new FakeSession("db-1");
    const answers = [only];
    const open = async (): Promise<FakeSession> => {
      const next = answers.shift();
      if (next === undefined) throw lostError("ECONNREFUSED");
      return next;
    };
    const { node } = pool({ spread: 2, open });
    expect([await node(), await node()]).toEqual(["db-1", "db-1"]);
  });

  it("replaces a connection that has become old", async () => {
    const { clock, opened, node } = pool();
    await node();
    clock.pass(1000);
    expect(await node()).toBe("db-2");
    expect(opened[0]?.destroyed).toBe(true);
  });

  it("cuts idle and busy connections when it is closed", async () => {
    const { connections, opened, node } = pool({ spread: 2 });
    await node();
    await connections.use(0, async () => connections.close());
    expect(opened.map(({ destroyed }) => destroyed)).toEqual([true, true]);
  });
});

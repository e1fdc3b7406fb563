import { describe, expect, it } from "vitest";
import { loginCheck, mysqlCommand, nodeFor } from "../../../scripts/db-shell/client";
import type { DatabaseState } from "../../../scripts/operate/databases";
import { outside as outsideState } from "../operate/support/override-stack";

const member = (role: string, different: Partial<DatabaseState> = {}): DatabaseState =>
  outsideState({ majority: true, member: { state: "ONLINE", role }, ...different });
const states = (...all: (DatabaseState | undefined)[]) =>
  new Map(all.map((state, i) => [`db-${i + 1}`, state]));

describe("the node whose MySQL is asked", () => {
  it("is the primary for writes, and the replica with the newest data for reads", () => {
    const group = states(
      member("PRIMARY"),
      member("SECONDARY", { dataAgeMs: 900 }),
      member("SECONDARY", { dataAgeMs: 30 }),
    );
    expect(nodeFor("write", group)).toBe("db-1");
    expect(nodeFor("read", group)).toBe("db-3");
  });

  it("is the primary for reads too where no replica is left", () => {
    const group = states(member("PRIMARY"), undefined, undefined);
    expect(nodeFor("read", group)).toBe("db-1");
  });

  it("is a replica for reads while there is no primary", () => {
    const group = states(undefined, member("SECONDARY"), undefined);
    expect(nodeFor("read", group)).toBe("db-2");
    expect(() => nodeFor("write", group)).toThrow(
      "no database node takes writes; see: npm run db:status",
    );
  });

  it("is no primary that takes no writes, whose reason is named, but it is read", () => {
    const noWrites = "1 of 3 nodes confirm it";
    const group = states(member("PRIMARY", { servesWrites: false, noWrites }), undefined);
    expect(() => nodeFor("write", group)).toThrow(
      "db-1 is the primary, and takes no writes: 1 of 3 nodes confirm it",
    );
    expect(nodeFor("read", group)).toBe("db-1");
  });

  it("is the only one, which is in no group", () => {
    const single = states(outsideState({ member: null, ready: true }));
    expect(nodeFor("read", single)).toBe("db-1");
    expect(nodeFor("write", single)).toBe("db-1");
    expect(() => nodeFor("read", states(outsideState({ ready: false })))).toThrow("takes reads");
  });
});

describe("the client of MySQL", () => {
  const node = { name: "db-2", role: "db" as const, privateIp: "10.0.4.12" };

  it("reads with the account that can do no more, and keeps nothing of what is typed", () => {
    expect(mysqlCommand("read", node)).toBe(
      "'sudo' '-n' 'env' 'MYSQL_HISTFILE=/dev/null' 'mysql' '--user=webstack_read' " +
        "'--init-command=SET SESSION TRANSACTION READ ONLY' '--prompt=db-2 (reads)> ' 'app'",
    );
  });

  it("writes with an account of its own, and says so", () => {
    const command = mysqlCommand("write", node);
    expect(command).toContain("'--user=webstack_write'");
    expect(command).toContain("(WRITES)");
    expect(command).not.toContain("READ ONLY");
  });

  it("has no password anywhere", () => {
    for (const kind of ["read", "write"] as const) {
      expect(mysqlCommand(kind, node) + loginCheck(kind)).not.toMatch(/ '?-p|password/i);
    }
  });
});

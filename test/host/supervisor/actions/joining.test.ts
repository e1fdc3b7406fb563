import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { join } from "../../../../host/supervisor/actions/joining";
import type { Mysql } from "../../../../host/supervisor/mysql";
import type { NodeState } from "../../../../host/supervisor/core/node-state";
import { member } from "../support/node-state";

const replication = { user: "replication", password: "secret" };

/** A MySQL whose start asks its first seed to be let in, and takes so long; notes what it is told. */
function mysqlThatStarts(startMs: number) {
  const told: string[] = [];
  const query = async (sql: string) => {
    told.push(sql.split(" ").slice(0, 2).join(" "));
    const seeds = /group_replication_group_seeds = '([^']+)'/.exec(sql)?.[1];
    if (seeds) told.push(seeds);
    if (!sql.startsWith("START")) return "";
    const [host, port] = told
      .find((text) => text.includes(":"))!
      .split(",")[0]!
      .split(":");
    const socket = connect(Number(port), host);
    socket.on("error", () => undefined);
    await delay(startMs);
    socket.destroy();
    return "";
  };
  return { mysql: { query } as unknown as Mysql, told };
}

function joining(
  mysql: Mysql,
  peers: NodeState[],
  announce: () => void,
  { leaves = false, isHelped = true } = {},
) {
  const addressOf = (node: string) => (node === "db-1" ? "127.0.0.1" : "127.0.0.3");
  const options = { node: "db-2", leaves, peers: () => peers, addressOf, announce, isHelped };
  return join(mysql, replication, options);
}

describe("join", () => {
  it("asks through the gate first, and says that it comes until it is in, but no longer", async () => {
    const { mysql, told } = mysqlThatStarts(2_600);
    let words = 0;
    const peers = [member("db-1", "PRIMARY"), member("db-3", "SECONDARY")];
    const joined = joining(mysql, peers, () => void words++);
    await joined;
    // When the gate opens, and two seconds later.
    expect(words).toBe(2);
    const [first, ...others] = told.find((text) => text.includes(":"))!.split(",");
    expect(first).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(others.slice(-2)).toEqual(["127.0.0.1:33061", "127.0.0.3:33061"]);
    await delay(2_100);
    expect(words).toBe(2);
  });

  it("says so before its start too if it has to leave first", async () => {
    const { mysql, told } = mysqlThatStarts(600);
    let words = 0;
    const joined = joining(mysql, [member("db-1", "PRIMARY")], () => void words++, {
      leaves: true,
    });
    await delay(100);
    expect(words).toBe(1);
    expect(told).toEqual([]);
    await joined;
    expect(words).toBe(2);
  });

  it("waits for a member that does not reach it, and for a primary that does not hear it", async () => {
    for (const away of [{ connectingTo: ["db-2"] }, { notReading: ["db-2"] }]) {
      const { mysql } = mysqlThatStarts(900);
      let words = 0;
      const peers = [member("db-1", "PRIMARY", away), member("db-3", "SECONDARY")];
      const joined = joining(mysql, peers, () => void words++);
      await delay(400);
      expect(words).toBe(0);
      peers[0] = member("db-1", "PRIMARY", { connectingTo: ["db-3"], notReading: ["db-3"] });
      await joined;
      expect(words).toBe(1);
    }
  });

  it("asks the members themselves, at once, without the help for XCom", async () => {
    const { mysql, told } = mysqlThatStarts(100);
    let words = 0;
    const peers = [member("db-1", "PRIMARY", { connectingTo: ["db-2"] })];
    await joining(mysql, peers, () => void words++, { isHelped: false });
    expect(told).toContain("127.0.0.1:33061");
    expect(words).toBe(0);
  });

  it("asks nobody if no member can be seen", async () => {
    const { mysql, told } = mysqlThatStarts(0);
    await expect(joining(mysql, [], () => undefined)).rejects.toThrow("no member of the group");
    expect(told).toEqual([]);
  });
});

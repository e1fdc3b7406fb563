import { describe, expect, it } from "vitest";
import { Memory } from "../../../../host/supervisor/core/memory";
import { emptyMemory } from "../../../../host/supervisor/core/memory-record";
import { TimeoutError, type Mysql } from "../../../../host/supervisor/mysql";
import { Observer } from "../../../../host/supervisor/observation/observer";

const nodes = ["db-1", "db-2", "db-3"].map((name, at) => ({ name, privateIp: `10.0.4.${at + 1}` }));

/** A MySQL that is started anew with other data, and hangs meanwhile. */
class Restarted {
  sessions = 1;
  hangs = false;
  pid = "100";
  lineage = "[]";
  /** Called while the lineage is read. */
  onRead = (): void => undefined;

  async query(sql: string): Promise<string[][]> {
    if (this.hangs) {
      this.hangs = false;
      this.sessions += 1;
      throw new TimeoutError("MySQL does not answer");
    }
    if (sql.includes("webstack.lineage")) {
      this.onRead();
      return [[this.lineage]];
    }
    if (sql.includes("thread/sql/main")) return [[this.pid, "9.7.1"]];
    if (sql.includes("'globals'")) return [["globals", "1", "", "uuid-1"]];
    return [];
  }
}

function observerOf(mysql: Restarted) {
  const restarts: string[] = [];
  const observer = new Observer(
    "db-1",
    nodes,
    new Memory(emptyMemory, () => undefined, 0),
    { onRestart: () => restarts.push(mysql.pid) },
    mysql as unknown as Mysql,
  );
  return { observer, restarts };
}

describe("Observer", () => {
  it("asks who MySQL is again after one that hung, which may have been started anew", async () => {
    const mysql = new Restarted();
    const { observer, restarts } = observerOf(mysql);
    await observer.poll();
    expect(observer.state.lineage).toEqual([]);
    mysql.hangs = true;
    await observer.poll();
    const lineage = [{ epoch: "1@db-2", founding: "" }];
    Object.assign(mysql, { pid: "200", lineage: JSON.stringify(lineage) });
    await observer.poll();
    expect(observer.state.lineage).toEqual(lineage);
    expect(restarts).toEqual(["200"]);
  });

  it("keeps the lineage that is read while something else is noted of the node", async () => {
    const mysql = new Restarted();
    const { observer } = observerOf(mysql);
    const lineage = [{ epoch: "1@db-2", founding: "" }];
    mysql.lineage = JSON.stringify(lineage);
    mysql.onRead = () => observer.note({ waiting: "MySQL does not answer yet" });
    await observer.poll();
    expect(observer.state.lineage).toEqual(lineage);
    expect(observer.state.waiting).toBe("MySQL does not answer yet");
  });

  it("asks once in a session", async () => {
    const mysql = new Restarted();
    const { observer, restarts } = observerOf(mysql);
    await observer.poll();
    Object.assign(mysql, { pid: "200" });
    await observer.poll();
    expect(restarts).toEqual([]);
  });
});

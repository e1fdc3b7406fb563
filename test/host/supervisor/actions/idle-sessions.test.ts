import { describe, expect, it } from "vitest";
import { IdleSessions } from "../../../../host/supervisor/actions/idle-sessions";
import { SqlError } from "../../../../host/supervisor/mysql";

/** MySQL with these sessions: session, last statement, 1 if idle. */
function mysql(rows: number[][], error?: Error) {
  const ended: number[] = [];
  const query = async (sql: string): Promise<string[][]> => {
    if (!sql.includes("KILL")) return rows.map((row) => row.map(String));
    for (const [, id, last] of sql.matchAll(
      /_ID = (\d+)\) one WHERE idle(?: AND last = (\d+))?/g,
    )) {
      const [, lastNow, idle] = rows.find((row) => row[0] === Number(id))!;
      if (idle === 1 && (last === undefined || Number(last) === lastNow)) ended.push(Number(id));
    }
    if (error) throw error;
    return [];
  };
  return { sessions: new IdleSessions({ query }), ended, rows };
}

describe("idle sessions", () => {
  it("end once they have run nothing between two looks", async () => {
    const { sessions, ended, rows } = mysql([
      [7, 10, 1],
      [8, 20, 1],
      [9, 30, 0],
    ]);
    expect(await sessions.end(false)).toBe(3);
    expect(ended).toEqual([]);
    rows[1] = [8, 21, 1];
    await sessions.end(false);
    expect(ended).toEqual([7]);
  });

  it("end at once if that is asked for, never one with a statement or a transaction", async () => {
    const { sessions, ended } = mysql([
      [7, 10, 1],
      [9, 30, 0],
    ]);
    await sessions.end(true);
    expect(ended).toEqual([7]);
  });

  it("may have ended by themselves", async () => {
    const gone = mysql([[7, 10, 1]], new SqlError(1094, "Unknown thread id: 7"));
    await expect(gone.sessions.end(true)).resolves.toBe(1);
    const denied = mysql([[7, 10, 1]], new SqlError(1095, "You are not owner of thread 7"));
    await expect(denied.sessions.end(true)).rejects.toThrow("not owner");
  });
});

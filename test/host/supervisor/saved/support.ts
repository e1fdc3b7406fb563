import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Mysql } from "../../../../host/supervisor/mysql";
import type { SaveOptions } from "../../../../host/supervisor/saved/save";
import type { Loss } from "../../../../host/supervisor/saved/loss";

export const uuid = "5d4a0f5e-6a5e-4d0c-9f6a-0c1d5f3e9b11";

/** A MySQL that says what it would lose, before and after it applies what it received. */
export function mysqlThatLoses(loss: Loss, applied: Loss = loss) {
  const statements: string[] = [];
  let now = loss;
  const query = (sql: string) => {
    statements.push(sql);
    if (sql.startsWith("START REPLICA")) now = applied;
    if (sql.startsWith("SHOW BINARY LOGS")) return Promise.resolve([["binlog.000007", "180"]]);
    if (sql.startsWith("SELECT GTID_SUBSET")) return Promise.resolve([["1"]]);
    return Promise.resolve(Object.entries(now).map(([kind, set]) => [kind, set] as string[]));
  };
  return { mysql: { query } as unknown as Mysql, statements };
}

/** A folder, a clock that stands, and a reader of logs that gives these chunks. */
export function means(chunks: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), "saved-"));
  const calls: string[][] = [];
  async function* read(args: readonly string[]) {
    calls.push([...args]);
    for (const chunk of chunks) yield Buffer.from(chunk);
  }
  const now = () => new Date("2026-11-28T09:00:00.000Z");
  const all: SaveOptions = { folder, read, now };
  return { means: all, calls, folder, files: () => readdirSync(folder).sort() };
}

/** One transaction as `mysqlbinlog` writes it. */
export function transaction(number: number): string {
  return `SET @@SESSION.GTID_NEXT= '${uuid}:${number}'/*!*/;\nBINLOG 'AAAA'/*!*/;\nCOMMIT/*!*/;\n`;
}

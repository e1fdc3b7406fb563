import { recordFinding } from "../findings";
import { compare } from "./compare";
import type { Copy } from "./copy";
import type { Session } from "./session";

/** What is broken in a restored database, and the difference that must be told. */
const ways: readonly [what: string, sql: string, told: RegExp][] = [
  [
    "a changed value",
    "UPDATE app.counters SET n = n + 1 WHERE id = 3",
    /app\.counters: row 3 differs in n/,
  ],
  [
    "a changed document",
    "UPDATE app.events SET doc = JSON_SET(doc, '$.n', 'x') WHERE doc IS NOT NULL LIMIT 1",
    /app\.events: row \d+ differs in doc, n/,
  ],
  [
    "a changed 4-byte character",
    "UPDATE app.audit SET text = CONCAT(text, '😀') LIMIT 1",
    /app\.audit: row \d+ differs in text/,
  ],
  ["a missing row", "DELETE FROM app.counters WHERE id = 4", /app\.counters: row 4 is missing/],
  [
    "a row too many",
    "INSERT INTO app.counters VALUES (99, 0, NULL)",
    /app\.counters: row 99 is not in the ledger/,
  ],
  ["a missing grant", "REVOKE SELECT ON app.* FROM clerk@'%'", /user 'clerk'@'%' is/],
  ["a missing user", "DROP USER clerk@'%'", /user 'clerk'@'%' is missing/],
  ["a user too many", "CREATE USER thief@'%'", /user 'thief'@'%' is not in the ledger/],
  ["a missing procedure", "DROP PROCEDURE app.bump", /procedure app\.bump is missing/],
  ["a missing view", "DROP VIEW app.steady", /view app\.steady is missing/],
  [
    "an index too many",
    "CREATE INDEX more ON app.words (uses)",
    /table app\.words is .*KEY `more`/s,
  ],
  [
    "a column too many",
    "ALTER TABLE app.words ADD COLUMN more INT",
    /app\.words: has the columns .*more/,
  ],
  ["a table too many", "CREATE TABLE app.more (id INT)", /table app\.more is not in the ledger/],
  ["a missing table", "DROP TABLE app.audit", /app\.audit is missing/],
];

/** Breaks a restored database in each way, and notes whether the comparison finds it. */
export async function sabotage(session: Session, copy: Copy): Promise<void> {
  for (const [what, sql, told] of ways) {
    await session.query(sql);
    const { differences } = await compare(session, copy);
    const line = differences.find((one) => told.test(one));
    recordFinding(`sabotage: ${what} is found`, line !== undefined, (line ?? "").slice(0, 160));
  }
}

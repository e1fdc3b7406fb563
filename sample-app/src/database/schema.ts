import { z } from "zod";
import { isMissingTable } from "./failures";
import type { Session } from "./session";

/** One step of the schema. MySQL commits each statement at once, so each must be safe to run again. */
export interface Migration {
  /** Counts up from 1. */
  version: number;
  /** What the step is for, such as `guestbook entries`. */
  name: string;
  /** Statements in order, such as `CREATE TABLE IF NOT EXISTS ...`. */
  statements: string[];
}

// Group Replication needs InnoDB and a primary key in every table:
// https://dev.mysql.com/doc/refman/9.4/en/group-replication-requirements.html
const table = "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci";

const versionTable = `CREATE TABLE IF NOT EXISTS schema_version (
  version INT UNSIGNED NOT NULL PRIMARY KEY,
  name VARCHAR(100) NOT NULL,
  applied_at DATETIME NOT NULL
) ${table}`;

/** Every step so far. A step that was released is never edited; a change is a new step. */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    name: "accounts and guestbook",
    statements: [
      `CREATE TABLE IF NOT EXISTS account (
        id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
        name VARCHAR(30) NOT NULL,
        password_hash VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        created_at DATETIME(3) NOT NULL,
        UNIQUE KEY account_name (name)
      ) ${table}`,
      `CREATE TABLE IF NOT EXISTS entry (
        id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
        account_id BIGINT UNSIGNED NOT NULL,
        author VARCHAR(30) NOT NULL,
        text VARCHAR(500) NOT NULL,
        written_by VARCHAR(63) NOT NULL,
        created_at DATETIME(3) NOT NULL,
        KEY entry_account (account_id)
      ) ${table}`,
      `CREATE TABLE IF NOT EXISTS idempotency_key (
        key_hash BINARY(32) NOT NULL PRIMARY KEY,
        request_hash BINARY(32) NOT NULL,
        result TEXT NULL,
        created_at DATETIME NOT NULL,
        KEY idempotency_key_created (created_at)
      ) ${table}`,
    ],
  },
];

/** The schema version this program needs. */
export const wantedVersion = Math.max(...migrations.map(({ version }) => version));

const versionRows = z.tuple([z.object({ version: z.coerce.number() })]);

/** The version of the database's schema; 0 = there is none yet. */
export async function schemaVersion(session: Session): Promise<number> {
  const sql = "SELECT COALESCE(MAX(version), 0) AS version FROM schema_version";
  try {
    return versionRows.parse(await session.rows(sql))[0].version;
  } catch (error) {
    if (isMissingTable(error)) return 0;
    throw error;
  }
}

const lockRows = z.tuple([z.object({ taken: z.number().nullable() })]);

/**
 * Applies the steps that are missing and returns their versions. Only one session at a time does
 * so; the others wait for up to `waitSeconds` and then find nothing left to do.
 *
 * @throws Error if the lock stays with another session, or of the statement that failed.
 */
export async function migrate(
  session: Session,
  waitSeconds: number,
  steps: readonly Migration[] = migrations,
): Promise<number[]> {
  const lock = await session.rows("SELECT GET_LOCK('sample-app-migrate', ?) AS taken", [
    waitSeconds,
  ]);
  if (lockRows.parse(lock)[0].taken !== 1) {
    throw new Error(`another migration was still running after ${waitSeconds} s`);
  }
  try {
    return await applyMissing(session, steps);
  } finally {
    // Fails only with the connection, and the lock ends with the connection.
    await session.rows("DO RELEASE_LOCK('sample-app-migrate')").catch(() => undefined);
  }
}

async function applyMissing(session: Session, steps: readonly Migration[]): Promise<number[]> {
  await session.run(versionTable);
  const present = await schemaVersion(session);
  const missing = steps.filter(({ version }) => version > present);
  for (const { version, name, statements } of missing) {
    for (const statement of statements) await session.run(statement);
    const sql = "INSERT IGNORE INTO schema_version VALUES (?, ?, UTC_TIMESTAMP())";
    await session.run(sql, [version, name]);
  }
  return missing.map(({ version }) => version);
}

import { setTimeout as delay } from "node:timers/promises";

/** A MySQL server, queried as root. */
export interface Side {
  /** Rows of statements; tabs separate the columns. @throws Error with MySQL's message. */
  query(sql: string): Promise<string[]>;
}

/** The restored copy. */
export interface Copy extends Side {
  /** The rows of a table as statements of at most {@link statementBytes}; each statement is a transaction. */
  dump(schema: string, table: string): AsyncIterable<Uint8Array>;
}

/** The primary of the running stack. */
export interface Running extends Side {
  /** Runs such statements in a schema. @throws Error with MySQL's message. */
  load(schema: string, statements: AsyncIterable<Uint8Array>): Promise<void>;
}

/**
 * Largest statement, bytes, unless one row is larger. A small transaction delays others only briefly
 * while the group agrees on it and applies it.
 */
export const statementBytes = 256 * 1024;

/** Quotes any name as an SQL identifier. */
export function identifier(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

/** Quotes a text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

/** Quotes a table with its schema. */
export function qualified(schema: string, table: string): string {
  return `${identifier(schema)}.${identifier(table)}`;
}

/** Number of attempts at a change while other sessions hold the tables, and the pause between, milliseconds. */
const held = { tries: 30, pauseMs: 1_000 };

/** Statement before a change of tables: a session that waits for a table blocks all later ones. */
export const shortWaitSql = "SET SESSION lock_wait_timeout = 2;";

/** Options of {@link retryWhileLocked}; `say` gets a message for each attempt. */
export interface LockRetryOptions {
  say: (line: string) => void;
  /** Pause between two attempts, milliseconds. @default a second */
  pauseMs?: number;
}

/**
 * Changes tables once no session holds them.
 *
 * @param change statements after {@link shortWaitSql}, which may be run again.
 * @throws Error of the change, or of the last of thirty attempts.
 */
export async function retryWhileLocked(
  { say, pauseMs = held.pauseMs }: LockRetryOptions,
  change: () => Promise<unknown>,
): Promise<void> {
  for (let i = 1; ; i += 1) {
    try {
      await change();
      return;
    } catch (error) {
      const isHeld = (error as Error).message.includes("Lock wait timeout");
      if (!isHeld || i === held.tries) throw error;
      say("a transaction holds one of the tables; tries again");
      await delay(pauseMs);
    }
  }
}

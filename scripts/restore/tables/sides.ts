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

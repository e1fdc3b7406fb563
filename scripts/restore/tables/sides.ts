/** A MySQL that answers as root. */
export interface Side {
  /** Rows of statements; columns separated by tabs. @throws Error with what MySQL says. */
  query(sql: string): Promise<string[]>;
}

/** The restored copy. */
export interface Copy extends Side {
  /** The rows of a table as statements of at most {@link statementBytes}, each one a transaction. */
  dump(schema: string, table: string): AsyncIterable<Uint8Array>;
}

/** The primary of the running stack. */
export interface Running extends Side {
  /** Runs such statements in a schema. @throws Error with what MySQL says. */
  load(schema: string, statements: AsyncIterable<Uint8Array>): Promise<void>;
}

/**
 * Most bytes of one statement, unless one row has more: a small transaction, for which no other has
 * to wait long when the group agrees on it and applies it.
 */
export const statementBytes = 256 * 1024;

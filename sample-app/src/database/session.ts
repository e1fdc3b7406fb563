/** A value that may stand for a `?` in a statement. */
export type SqlValue = string | number | Date | Buffer | null;

/** What a statement that returns no rows reports. */
export interface Outcome {
  /** Rows inserted, changed or deleted. */
  affectedRows: number;
  /** Id given to the inserted row, 0 if there was none. */
  insertId: number;
  /** Global transaction ids of the commit, such as `3e11fa47-...:23`; absent if the server keeps none. */
  gtid?: string;
}

/** One connection to one database server, used by one caller at a time. */
export interface Session {
  /** Name of the server at the other end, such as `db-2`. */
  readonly node: string;
  /** Runs a statement and returns its rows. */
  rows(sql: string, values?: SqlValue[]): Promise<unknown[]>;
  /** Runs a statement that returns no rows. */
  run(sql: string, values?: SqlValue[]): Promise<Outcome>;
}

/** A {@link Session} as its owner sees it. */
export interface OpenSession extends Session {
  /** Calls `listener` once when the server or the network ends the connection. */
  onLost(listener: () => void): void;
  /** Cuts the connection at once; whatever runs fails. */
  destroy(): void;
}

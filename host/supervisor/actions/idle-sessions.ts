import { type Mysql, SqlError } from "../mysql";

/** MySQL's error for KILL with the id of no session: that session has ended by itself, or the id is 0. */
const unknownThread = 1094;

/**
 * Sessions of the app's user: session, the number of the last statement, and 1 if the session runs no statement, has
 * no open transaction, and holds no lock of GET_LOCK. https://dev.mysql.com/doc/refman/8.4/en/performance-schema-transaction-tables.html
 *
 * @param where condition on the thread `t`.
 */
const sessionsSql = (where: string) => `SELECT t.PROCESSLIST_ID AS id, IFNULL(
    (SELECT MAX(s.EVENT_ID) FROM performance_schema.events_statements_current s WHERE s.THREAD_ID = t.THREAD_ID), 0) AS last,
    t.PROCESSLIST_COMMAND = 'Sleep' AND NOT EXISTS (SELECT 1 FROM performance_schema.events_transactions_current x
      WHERE x.THREAD_ID = t.THREAD_ID AND x.STATE = 'ACTIVE') AND NOT EXISTS (SELECT 1
      FROM performance_schema.metadata_locks m WHERE m.OWNER_THREAD_ID = t.THREAD_ID AND m.LOCK_DURATION = 'EXPLICIT') AS idle
  FROM performance_schema.threads t WHERE t.PROCESSLIST_USER = 'app' AND ${where}`;

/** Statements that end a session if the condition holds; MySQL evaluates the condition right before KILL. */
function endIf(id: number, condition: string): string {
  const found = `SELECT id FROM (${sessionsSql(`t.PROCESSLIST_ID = ${id}`)}) one WHERE ${condition}`;
  return `SET @id = IFNULL((${found}), 0);\nKILL CONNECTION @id`;
}

/** Ends idle sessions of the app's user; the app's connection pool then opens new ones. */
export class IdleSessions {
  /** Number of each session's last statement at the previous call, by session. */
  private before = new Map<number, number>();

  constructor(private readonly mysql: Pick<Mysql, "query">) {}

  /**
   * Ends the sessions that are idle. With `atOnce` false it ends only those that have run nothing since the previous
   * call: a client that has just connected is about to send a statement.
   *
   * @returns number of the app's sessions, including those that this call ended.
   * @throws Error if MySQL does not answer.
   */
  async end(atOnce: boolean): Promise<number> {
    const rows = (await this.mysql.query(sessionsSql("TRUE"))).map((row) => row.map(Number));
    const { before } = this;
    this.before = new Map(rows.map(([id, last]) => [id!, last!]));
    const kills = rows.flatMap(([id, last, idle]) => {
      if (atOnce) return endIf(id!, "idle");
      return idle && before.get(id!) === last ? endIf(id!, `idle AND last = ${last}`) : [];
    });
    if (kills.length > 0) {
      await this.mysql.query(kills.join(";\n")).catch((error: Error) => {
        if (!(error instanceof SqlError && error.code === unknownThread)) throw error;
      });
    }
    return rows.length;
  }
}

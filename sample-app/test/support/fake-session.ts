import type { OpenSession, Outcome, SqlValue } from "../../src/database/session";

/** A statement a {@link FakeSession} was given. */
export interface Statement {
  sql: string;
  values: SqlValue[];
}

/** What a {@link FakeSession} answers: rows, an outcome, or an error by throwing it. */
export type Answerer = (statement: Statement) => unknown[] | Partial<Outcome> | undefined;

/** A session that records its statements and answers by a function. */
export class FakeSession implements OpenSession {
  readonly statements: Statement[] = [];
  destroyed = false;
  #listeners: (() => void)[] = [];

  constructor(
    readonly node: string,
    private readonly answer: Answerer = () => undefined,
  ) {}

  async rows(sql: string, values: SqlValue[] = []): Promise<unknown[]> {
    const found = this.#ask({ sql, values });
    return Array.isArray(found) ? found : [];
  }

  async run(sql: string, values: SqlValue[] = []): Promise<Outcome> {
    return { affectedRows: 0, insertId: 0, ...this.#ask({ sql, values }) };
  }

  onLost(listener: () => void): void {
    this.#listeners.push(listener);
  }

  destroy(): void {
    this.destroyed = true;
  }

  /** The server goes away. */
  lose(): void {
    for (const listener of this.#listeners) listener();
  }

  #ask(statement: Statement): ReturnType<Answerer> {
    this.statements.push(statement);
    return this.answer(statement);
  }
}

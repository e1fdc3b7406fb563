import type { SqlValue } from "../../src/database/session";
import { lostError, sqlError } from "./errors";
import { FakeSession, type Statement } from "./fake-session";

/** What becomes of a commit: it works, it fails before it counts, or it counts and the answer is lost. */
export type CommitFate = "answered" | "lost-before" | "lost-after";

interface KeyRow {
  request: Buffer;
  result: string | null;
}

/** As much of MySQL as keyed writes need: a table of keys, a table of notes, transactions. */
export class MemoryMysql {
  /** Committed notes in order. */
  readonly notes: string[] = [];
  readonly #keys = new Map<string, KeyRow>();

  /** @param fate called at each commit. */
  constructor(private readonly fate: () => CommitFate = () => "answered") {}

  /** Number of committed keys. */
  get keyCount(): number {
    return this.#keys.size;
  }

  /** A new connection. */
  open(node = "db-1"): FakeSession {
    let key: [string, KeyRow] | undefined;
    let notes: string[] = [];
    return new FakeSession(node, ({ sql, values }: Statement) => {
      if (sql === "START TRANSACTION" || sql === "ROLLBACK") [key, notes] = [undefined, []];
      if (sql.startsWith("INSERT INTO idempotency_key")) key = this.#claim(values);
      if (sql.startsWith("INSERT INTO note")) notes.push(String(values[0]));
      if (sql.startsWith("UPDATE idempotency_key") && key) key[1].result = String(values[0]);
      if (sql.startsWith("SELECT request_hash")) return this.#find(values);
      return sql === "COMMIT" ? this.#commit(key, notes) : undefined;
    });
  }

  #claim([hash, request]: SqlValue[]): [string, KeyRow] {
    const id = (hash as Buffer).toString("hex");
    if (this.#keys.has(id)) throw sqlError(1062);
    return [id, { request: request as Buffer, result: null }];
  }

  #find([hash]: SqlValue[]): unknown[] {
    const row = this.#keys.get((hash as Buffer).toString("hex"));
    return row === undefined ? [] : [{ request_hash: row.request, result: row.result }];
  }

  #commit(key: [string, KeyRow] | undefined, notes: string[]): { gtid: string } {
    const fate = this.fate();
    if (fate === "lost-before") throw lostError();
    if (key !== undefined) this.#keys.set(...key);
    this.notes.push(...notes);
    if (fate === "lost-after") throw lostError();
    return { gtid: `uuid:${this.notes.length}` };
  }
}

import { z } from "zod";
import type { Clock } from "../clock";
import { NameTakenError } from "../errors";
import {
  account,
  entry,
  type Account,
  type Entry,
  type EntryPage,
  type Store,
  type StoredAccount,
  type Written,
} from "../store";
import type { Answer, Database } from "./database";
import { isDuplicate } from "./failures";
import type { Freshness } from "./freshness";
import { runKeyed } from "./keyed";
import { schemaVersion } from "./schema";
import type { Session } from "./session";

const entryRow = z
  .object({
    id: z.number(),
    author: z.string(),
    text: z.string(),
    written_by: z.string(),
    created_at: z.date(),
  })
  .transform(({ written_by, created_at, ...rest }): Entry => {
    return { ...rest, writtenBy: written_by, createdAt: created_at.toISOString() };
  });

const accountRow = z
  .object({ id: z.number(), name: z.string(), password_hash: z.string() })
  .transform(({ password_hash, ...rest }): StoredAccount => {
    return { ...rest, passwordHash: password_hash };
  });

/** The store in MySQL. */
export class MysqlStore implements Store {
  /** @param nodeName name of this app server, kept with each entry. */
  constructor(
    private readonly database: Database,
    private readonly nodeName: string,
    private readonly clock: Clock,
  ) {}

  entries({ limit, before }: EntryPage, fresh?: Freshness): Promise<Answer<Entry[]>> {
    const where = before === undefined ? "" : "WHERE id < ?";
    const sql = `SELECT id, author, text, written_by, created_at FROM entry ${where} ORDER BY id DESC LIMIT ?`;
    const values = before === undefined ? [limit] : [before, limit];
    return this.database.read(
      async (session) => z.array(entryRow).parse(await session.rows(sql, values)),
      fresh,
    );
  }

  addEntry(author: Account, text: string, key: string): Promise<Written<Entry>> {
    const createdAt = new Date(this.clock.now());
    const writtenBy = this.nodeName;
    const work = async (session: Session): Promise<Entry> => {
      const { insertId } = await session.run(
        "INSERT INTO entry (account_id, author, text, written_by, created_at) VALUES (?, ?, ?, ?, ?)",
        [author.id, author.name, text, writtenBy, createdAt],
      );
      const { name } = author;
      return { id: insertId, author: name, text, writtenBy, createdAt: createdAt.toISOString() };
    };
    const keyed = { scope: `entry:${author.id}`, key, request: { text }, result: entry, work };
    return this.database.write((session) => runKeyed(session, keyed));
  }

  addAccount(name: string, passwordHash: string, key: string): Promise<Written<Account>> {
    const createdAt = new Date(this.clock.now());
    const work = async (session: Session): Promise<Account> => {
      const sql = "INSERT INTO account (name, password_hash, created_at) VALUES (?, ?, ?)";
      try {
        return { id: (await session.run(sql, [name, passwordHash, createdAt])).insertId, name };
      } catch (error) {
        throw isDuplicate(error) ? new NameTakenError(`the name ${name} is taken`) : error;
      }
    };
    const keyed = { scope: "account", key, request: { name }, result: account, work };
    return this.database.write((session) => runKeyed(session, keyed));
  }

  async findAccount(name: string): Promise<StoredAccount | undefined> {
    const find = async (session: Session): Promise<StoredAccount | undefined> => {
      const sql = "SELECT id, name, password_hash FROM account WHERE name = ?";
      return z.array(accountRow).parse(await session.rows(sql, [name]))[0];
    };
    // An account made a moment ago, perhaps on another device, may be missing on a replica.
    const onReplica = (await this.database.read(find)).value;
    return onReplica ?? (await this.database.write(find)).value;
  }

  nodes(): Promise<{ write: string | null; read: string | null }> {
    return this.database.nodes();
  }

  async schemaVersion(): Promise<number> {
    return (await this.database.read(schemaVersion)).value;
  }
}

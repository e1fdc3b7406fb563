import { z } from "zod";
import type { Answer } from "./database/database";
import type { Freshness } from "./database/freshness";
import type { KeyedResult } from "./database/keyed";

/** A guestbook entry as it is shown. */
export const entry = z.object({
  /** Counts up, with gaps. */
  id: z.number().int(),
  /** Name of the account that wrote it. */
  author: z.string(),
  text: z.string(),
  /** App server that took it, such as `app-2`. */
  writtenBy: z.string(),
  /** Such as `2031-05-06T07:08:09.123Z`. */
  createdAt: z.string(),
});

/** See {@link entry}. */
export type Entry = z.infer<typeof entry>;

/** Somebody who may write. */
export const account = z.object({ id: z.number().int(), name: z.string() });

/** See {@link account}. */
export type Account = z.infer<typeof account>;

/** An account with the hash of its password. */
export interface StoredAccount extends Account {
  passwordHash: string;
}

/** Which entries to list: the newest `limit`, or those before the entry with id `before`. */
export interface EntryPage {
  limit: number;
  before?: number;
}

/** Result of a write and the server it went to. */
export type Written<T> = Answer<KeyedResult<T>>;

/** Everything the pages need from the database. */
export interface Store {
  /** Entries, newest first. */
  entries(page: EntryPage, fresh?: Freshness): Promise<Answer<Entry[]>>;
  /** Writes an entry, once per `key` and author. */
  addEntry(author: Account, text: string, key: string): Promise<Written<Entry>>;
  /**
   * Makes an account, once per `key`; a replay returns the account with the hash stored then.
   *
   * @throws NameTakenError if the name belongs to somebody else.
   */
  addAccount(name: string, passwordHash: string, key: string): Promise<Written<Account>>;
  /** The account of that name, upper and lower case being equal. */
  findAccount(name: string): Promise<StoredAccount | undefined>;
  /** Names of the servers that take writes and reads now; null for one that does not answer. */
  nodes(): Promise<{ write: string | null; read: string | null }>;
  /** Version of the schema that readers see. */
  schemaVersion(): Promise<number>;
}

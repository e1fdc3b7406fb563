import type { Answer } from "../../src/database/database";
import type { Freshness } from "../../src/database/freshness";
import { KeyReusedError, NameTakenError } from "../../src/errors";
import type { Account, Entry, EntryPage, Store, StoredAccount, Written } from "../../src/store";

/** A store in memory that remembers what it was asked. */
export class MemoryStore implements Store {
  readonly entryList: Entry[] = [];
  readonly accounts: StoredAccount[] = [];
  /** What each read was to see. */
  readonly freshness: (Freshness | undefined)[] = [];
  /** Thrown by every call while set. */
  failure: Error | undefined;
  readonly #keys = new Map<string, { request: string; value: unknown }>();

  async entries({ limit, before }: EntryPage, fresh?: Freshness): Promise<Answer<Entry[]>> {
    this.#check();
    this.freshness.push(fresh);
    const older = this.entryList.filter(({ id }) => before === undefined || id < before);
    return { value: older.reverse().slice(0, limit), node: "db-2" };
  }

  async addEntry(author: Account, text: string, key: string): Promise<Written<Entry>> {
    return this.#once(`entry ${author.id} ${key}`, text, () => {
      const id = this.entryList.length + 1;
      const createdAt = "2030-01-02T03:04:05.678Z";
      const entry = { id, author: author.name, text, writtenBy: "app-1", createdAt };
      this.entryList.push(entry);
      return entry;
    });
  }

  async addAccount(name: string, passwordHash: string, key: string): Promise<Written<Account>> {
    return this.#once(`account ${key}`, name, () => {
      if (this.accounts.some((account) => account.name === name)) throw new NameTakenError(name);
      const account = { id: this.accounts.length + 1, name };
      this.accounts.push({ ...account, passwordHash });
      return account;
    });
  }

  async findAccount(name: string): Promise<StoredAccount | undefined> {
    this.#check();
    return this.accounts.find((account) => account.name === name);
  }

  async nodes(): Promise<{ write: string | null; read: string | null }> {
    return { write: this.failure === undefined ? "db-1" : null, read: "db-3" };
  }

  async schemaVersion(): Promise<number> {
    return 1;
  }

  #once<T>(key: string, request: string, work: () => T): Written<T> {
    this.#check();
    const known = this.#keys.get(key);
    if (known !== undefined && known.request !== request) throw new KeyReusedError("reused");
    const value = known === undefined ? work() : (known.value as T);
    this.#keys.set(key, { request, value });
    const gtid = known === undefined ? "uuid:7" : undefined;
    return { value: { value, replayed: known !== undefined, gtid }, node: "db-1" };
  }

  #check(): void {
    if (this.failure !== undefined) throw this.failure;
  }
}

import {
  checkedPut,
  KeyExistsError,
  type ObjectStore,
  StoreError,
  withRetries,
} from "../../host/archiver/store/object-store";

/** The setting of each store, as messages name it. */
export const named = { from: "backups.target", to: "backups.copy" } as const;

/** The two stores of a copy. */
export interface Stores {
  from: ObjectStore;
  to: ObjectStore;
  /** Waits between attempts, milliseconds. @default those of the archiver: ten minutes in all */
  waitsMs?: readonly number[];
}

/** Reads and writes of a copy, each repeated while its store fails. Errors name the setting of the store. */
export class RetryingStores {
  constructor(private readonly stores: Stores) {}

  /** Content of an object; undefined: it does not exist. @throws StoreError if the store fails for too long. */
  async get(side: "from" | "to", key: string): Promise<Buffer | undefined> {
    return this.tried(side, (store) => store.get(key));
  }

  /** True if an object exists. @throws StoreError if the store fails for too long. */
  async has(side: "from" | "to", key: string): Promise<boolean> {
    return (await this.tried(side, (store) => store.head(key))) !== undefined;
  }

  /** Keys with a prefix, in order, only those after `after`. @throws StoreError if the store fails for too long. */
  async list(side: "from" | "to", prefix: string, after = ""): Promise<string[]> {
    return this.tried(side, (store) => store.list(prefix, after));
  }

  /**
   * Puts an object into the copy, and checks its size and checksum there.
   *
   * @returns false if the key has other content, which stays.
   * @throws StoreError if the store fails for too long.
   */
  async put(key: string, content: Buffer): Promise<boolean> {
    try {
      await this.tried("to", (store) => checkedPut(store, key, content));
      return true;
    } catch (error) {
      if (error instanceof KeyExistsError) return false;
      throw error;
    }
  }

  /** Repeats work on a store while it fails. @throws StoreError if the store fails for too long. */
  async tried<T>(side: "from" | "to", work: (store: ObjectStore) => Promise<T>): Promise<T> {
    try {
      return await withRetries(() => work(this.stores[side]), this.stores.waitsMs);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      throw new StoreError(
        `${named[side]}: ${error.message}; what is left is copied by the next run`,
      );
    }
  }
}

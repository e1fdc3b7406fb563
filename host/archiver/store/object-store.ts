/** Metadata of an object. */
export interface ObjectHead {
  bytes: number;
  /** MD5 of the content as 32 hexadecimal digits if the store reports it; else empty. */
  md5: string;
}

/** An object storage such as S3. The interface cannot delete. */
export interface ObjectStore {
  /**
   * Creates an object.
   *
   * @throws KeyExistsError if the key exists, StoreError if the store fails.
   */
  put(key: string, content: Buffer): Promise<void>;
  /** Content of an object, or a range of it; undefined: it does not exist. */
  get(key: string, range?: { from: number; to: number }): Promise<Buffer | undefined>;
  /** Content of an object as a stream; undefined: it does not exist. */
  stream(key: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Metadata of an object; undefined: it does not exist. */
  head(key: string): Promise<ObjectHead | undefined>;
  /** Keys with that prefix in order, only those after `after`, at most `most`. */
  list(prefix: string, after?: string, most?: number): Promise<string[]>;
}

/** The key exists already: another writer was first. */
export class KeyExistsError extends Error {}

/** The store failed; a retry may help. */
export class StoreError extends Error {}

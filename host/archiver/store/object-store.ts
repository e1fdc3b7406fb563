/** What is known of an object without its content. */
export interface ObjectHead {
  bytes: number;
  /** MD5 of the content as 32 hexadecimal digits, where the store says it; else empty. */
  md5: string;
}

/** A place for objects, behind which is S3 or another store. Nothing in it can delete. */
export interface ObjectStore {
  /**
   * Puts an object that is not there yet.
   *
   * @throws TakenError if the key is taken, StoreError if the store fails.
   */
  put(key: string, content: Buffer): Promise<void>;
  /** The content, or a part of it; undefined: not there. */
  get(key: string, range?: { from: number; to: number }): Promise<Buffer | undefined>;
  /** The content as it comes; undefined: not there. */
  stream(key: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Undefined: not there. */
  head(key: string): Promise<ObjectHead | undefined>;
  /** Keys with that beginning in order, those after `after` alone, at most `most`. */
  list(prefix: string, after?: string, most?: number): Promise<string[]>;
}

/** The key is taken: somebody else was first. */
export class TakenError extends Error {}

/** The store does not do what it should; another try may help. */
export class StoreError extends Error {}

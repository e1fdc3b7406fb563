import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";

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
  list(prefix: string, after?: string, max?: number): Promise<string[]>;
}

/** The key exists already: another writer was first. */
export class KeyExistsError extends Error {}

/** The store failed; a retry may help. */
export class StoreError extends Error {}

/** The store answered and refused, such as an unknown access key or bucket; a retry soon does not help. */
export class RefusedError extends StoreError {}

/**
 * Uploads an object and checks its size and MD5; where the store reports no MD5, the object is read back.
 * An identical object from an earlier attempt whose answer was lost counts as success.
 *
 * @throws KeyExistsError if the key exists with other content, StoreError if the store fails.
 */
export async function checkedPut(store: ObjectStore, key: string, content: Buffer): Promise<void> {
  const taken = await store.put(key, content).then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof KeyExistsError) return error;
      throw error;
    },
  );
  const head = await store.head(key);
  if (!head) throw new StoreError(`${key} was uploaded but does not exist`);
  const md5 = createHash("md5").update(content).digest("hex");
  const isSame = async () => (head.md5 || (await md5Of(store, key))) === md5;
  if (head.bytes === content.length && (await isSame())) return;
  if (taken) throw taken;
  throw new StoreError(
    `${key} has other content than was uploaded: ${head.bytes} of ${content.length} bytes`,
  );
}

/** MD5 of an object that is read back. */
async function md5Of(store: ObjectStore, key: string): Promise<string> {
  const hash = createHash("md5");
  for await (const chunk of (await store.stream(key)) ?? []) hash.update(chunk);
  return hash.digest("hex");
}

/** Waits between attempts for one object, milliseconds; about ten minutes in total. */
const usualWaitsMs: readonly number[] = [
  1_000, 2_000, 5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 120_000, 240_000,
];

/**
 * Repeats work on a store that fails. Other errors than that of a store end it at once.
 *
 * @param onFailure takes each failure that is followed by an attempt, and the wait before that attempt, milliseconds; its
 *   own error ends the work.
 * @throws StoreError of the last attempt.
 */
export async function withRetries<T>(
  work: () => Promise<T>,
  waitsMs: readonly number[] = usualWaitsMs,
  onFailure: (error: StoreError, waitMs: number) => void = () => undefined,
): Promise<T> {
  for (const waitMs of waitsMs) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      onFailure(error, waitMs);
      await delay(waitMs);
    }
  }
  return work();
}

/** Whether a store refuses a name that is taken, by store: each is asked once in the life of a process. */
const known = new WeakMap<ObjectStore, boolean>();

/**
 * Checks that a store refuses to put an object whose name is taken. The chain rests on that: the store gives each number
 * to one of two archivers. A bucket that does not know `If-None-Match` ignores the header and replaces the object.
 *
 * @param key name of an object of the store.
 * @param content its content, which is put again, so that a store that replaces it changes nothing.
 * @throws Error if the store replaces the object, StoreError if the store fails.
 */
export async function checkRefusesTaken(
  store: ObjectStore,
  key: string,
  content: Buffer,
): Promise<void> {
  const isRefused = async () =>
    store.put(key, content).then(
      () => false,
      (error: unknown) => {
        if (error instanceof KeyExistsError || error instanceof RefusedError) return true;
        throw error;
      },
    );
  // An object that was deleted meanwhile is there again at the second put.
  if (!known.has(store)) known.set(store, (await isRefused()) || (await isRefused()));
  if (known.get(store)) return;
  throw new Error(
    `the store of the backups must refuse a name that is taken, and replaced ${key} (by the same content): ` +
      "of two archivers one would overwrite the links of the other, so nothing is archived; " +
      "let backups.target be a bucket that knows If-None-Match, or an SFTP server",
  );
}

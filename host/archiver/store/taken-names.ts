import { KeyExistsError, type ObjectStore, RefusedError } from "./object-store";

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

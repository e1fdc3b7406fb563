import { createHash } from "node:crypto";
import { type ObjectStore, StoreError, KeyExistsError } from "./object-store";

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

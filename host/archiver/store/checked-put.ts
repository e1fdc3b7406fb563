import { createHash } from "node:crypto";
import { type ObjectStore, StoreError, KeyExistsError } from "./object-store";

/**
 * Uploads an object and checks its size and MD5. An identical object from an earlier attempt whose answer
 * was lost counts as success.
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
  const fits = head.bytes === content.length && (head.md5 === "" || head.md5 === md5);
  if (fits) return;
  if (taken) throw taken;
  throw new StoreError(`${key} has ${head.bytes} bytes after an upload of ${content.length}`);
}

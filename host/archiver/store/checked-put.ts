import { createHash } from "node:crypto";
import { type ObjectStore, StoreError, TakenError } from "./object-store";

/**
 * Puts an object and reads back its size and sum. An object of a try whose answer was lost is taken
 * for its own.
 *
 * @throws TakenError if the key is taken by other content, StoreError if the store fails.
 */
export async function checkedPut(store: ObjectStore, key: string, content: Buffer): Promise<void> {
  const taken = await store.put(key, content).then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof TakenError) return error;
      throw error;
    },
  );
  const head = await store.head(key);
  if (!head) throw new StoreError(`${key} was put and is not there`);
  const md5 = createHash("md5").update(content).digest("hex");
  const fits = head.bytes === content.length && (head.md5 === "" || head.md5 === md5);
  if (fits) return;
  if (taken) throw taken;
  throw new StoreError(`${key} has ${head.bytes} bytes after ${content.length} were put`);
}

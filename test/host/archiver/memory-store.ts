import {
  type ObjectStore,
  StoreError,
  KeyExistsError,
} from "../../../host/archiver/store/object-store";
import { md5 } from "../../../localcloud/object-storage/objects";

/** Objects in memory. */
export class MemoryStore implements ObjectStore {
  readonly objects = new Map<string, Buffer>();
  /** So many puts come in and their answers are lost. */
  lostAnswers = 0;

  async put(key: string, content: Buffer): Promise<void> {
    if (this.objects.has(key)) throw new KeyExistsError(key);
    this.objects.set(key, content);
    if (this.lostAnswers-- > 0) throw new StoreError("the answer was lost");
  }
  async get(key: string, range?: { from: number; to: number }): Promise<Buffer | undefined> {
    const content = this.objects.get(key);
    return range ? content?.subarray(range.from, range.to + 1) : content;
  }
  async stream(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const content = this.objects.get(key);
    return (
      content &&
      (async function* () {
        yield content;
      })()
    );
  }
  async head(key: string) {
    const content = this.objects.get(key);
    return content && { bytes: content.length, md5: md5(content) };
  }
  async list(prefix: string, after = "", most = Number.POSITIVE_INFINITY): Promise<string[]> {
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix) && key > after);
    return keys.sort().slice(0, most);
  }
}

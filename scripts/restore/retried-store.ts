import {
  type ObjectHead,
  type ObjectStore,
  RefusedError,
  StoreError,
  withRetries,
} from "../../host/archiver/store/object-store";

/**
 * A store whose reads are repeated for about ten minutes while it fails, so that one lost answer neither ends a restore
 * of hours nor counts as a gap. A refused read is not repeated. Puts pass through.
 */
export class RetriedStore implements ObjectStore {
  /**
   * @param note takes a line for each failed attempt.
   * @param waitsMs waits between the attempts, milliseconds. @default those of {@link withRetries}
   */
  constructor(
    private readonly store: ObjectStore,
    private readonly note: (line: string) => void = console.error,
    private readonly waitsMs?: readonly number[],
  ) {}

  put(key: string, content: Buffer): Promise<void> {
    return this.store.put(key, content);
  }

  get(key: string, range?: { from: number; to: number }): Promise<Buffer | undefined> {
    return this.read(() => this.store.get(key, range));
  }

  /** Only the begin of the stream is repeated. */
  stream(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    return this.read(() => this.store.stream(key));
  }

  head(key: string): Promise<ObjectHead | undefined> {
    return this.read(() => this.store.head(key));
  }

  list(prefix: string, after?: string, max?: number): Promise<string[]> {
    return this.read(() => this.store.list(prefix, after, max));
  }

  private async read<T>(work: () => Promise<T>): Promise<T> {
    const onFailure = (error: StoreError, waitMs: number) => {
      if (error instanceof RefusedError) throw error;
      this.note(`note: ${error.message}; the next attempt is in ${waitMs / 1_000} s`);
    };
    try {
      return await withRetries(work, this.waitsMs, onFailure);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      const { message } = error;
      if (error instanceof RefusedError) {
        throw new RefusedError(`the store of the backups refuses: ${message}`);
      }
      throw new StoreError(
        `the store of the backups does not answer: ${message}; that says nothing of the archive: repeat the command once the store answers`,
      );
    }
  }
}

import { randomUUID } from "node:crypto";
import { posix } from "node:path";
import {
  KeyExistsError,
  type ObjectHead,
  type ObjectStore,
  RefusedError,
  StoreError,
} from "./object-store";
import * as files from "./sftp-files";
import { blocksOf, openForReading } from "./sftp-reading";
import { type SftpConnection, type SftpSession, SftpStatus } from "./sftp-session";

/** Folder for uploads that are under way. */
export const uploadsFolder = ".uploads";

/** First digits of a numbered name, such as those of `0000123456.json`. */
const numbered = /^(\d{7})\d{3}\./;
const shard = /^\d{7}$/;

/**
 * Path of an object below the store's folder. Numbered objects are a thousand to a folder, so that the
 * newest link is found without a list of all links: `log/0000123456.json` is `log/0000123/0000123456.json`.
 */
export function pathOf(folder: string, key: string): string {
  const [parent, name] = [posix.dirname(key), posix.basename(key)];
  const between = numbered.exec(name)?.[1];
  return posix.join(folder, parent, between ?? "", name);
}

/** A folder on an SFTP server. */
export class SftpStore implements ObjectStore {
  private readonly made = new Set<string>();

  /** @param folder folder on the server, absolute or from the user's home; it is created if it does not exist. */
  constructor(
    private readonly connection: SftpConnection,
    private readonly folder: string,
  ) {}

  async put(key: string, content: Buffer): Promise<void> {
    await this.withSession("PUT", key, async (session) => {
      const path = pathOf(this.folder, key);
      if (await files.attributesOf(session, path)) throw new KeyExistsError(key);
      const draft = posix.join(this.folder, uploadsFolder, randomUUID());
      await this.ensureFolder(session, posix.dirname(draft));
      await this.ensureFolder(session, posix.dirname(path));
      try {
        await files.writeNew(session, draft, content);
        if (!(await files.publish(session, draft, path))) throw new KeyExistsError(key);
      } finally {
        // A draft that stays after a cut connection is removed by `backups:prune`.
        if (!session.failure) await files.removeFile(session, draft).catch(() => undefined);
      }
    });
  }

  async get(key: string, range?: { from: number; to: number }): Promise<Buffer | undefined> {
    return this.withSession("GET", key, async (session) => {
      const file = await openForReading(session, pathOf(this.folder, key));
      if (!file) return undefined;
      const to = Math.min(range ? range.to + 1 : file.bytes, file.bytes);
      const parts: Buffer[] = [];
      for await (const part of blocksOf(session, file, range?.from ?? 0, to)) {
        parts.push(part);
      }
      return Buffer.concat(parts);
    });
  }

  async stream(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    return this.withSession("GET", key, async (session) => {
      const file = await openForReading(session, pathOf(this.folder, key));
      return file && named("GET", key, blocksOf(session, file, 0, file.bytes));
    });
  }

  async head(key: string): Promise<ObjectHead | undefined> {
    return this.withSession("HEAD", key, async (session) => {
      const found = await files.attributesOf(session, pathOf(this.folder, key));
      return found && { bytes: found.bytes ?? -1, md5: "" };
    });
  }

  async list(prefix: string, after = "", max = Number.POSITIVE_INFINITY): Promise<string[]> {
    return this.withSession("LIST", prefix, async (session) => {
      const keys: string[] = [];
      const parent = prefix.slice(0, prefix.lastIndexOf("/") + 1);
      const within = posix.join(this.folder, parent);
      for await (const key of walk(session, { parent, path: within, prefix, after })) {
        if (keys.push(key) >= max) break;
      }
      return keys;
    });
  }

  private async ensureFolder(session: SftpSession, path: string): Promise<void> {
    if (this.made.has(path)) return;
    await files.makeFolder(session, path);
    this.made.add(path);
  }

  private async withSession<T>(
    method: string,
    key: string,
    work: (session: SftpSession) => Promise<T>,
  ): Promise<T> {
    try {
      return await work(await this.connection.session());
    } catch (error) {
      if (error instanceof KeyExistsError) throw error;
      // A folder may have been deleted by hand.
      this.made.clear();
      throw storeError(method, key, error);
    }
  }
}

function storeError(method: string, key: string, error: unknown): StoreError {
  const { message } = error as Error;
  const full = "; the disk or the quota of the server may be full";
  const hint = method === "PUT" && error instanceof SftpStatus && error.code === 4 ? full : "";
  const Kind = error instanceof RefusedError ? RefusedError : StoreError;
  return new Kind(`${method} ${key}: ${message}${hint}`);
}

async function* named(
  method: string,
  key: string,
  blocks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* blocks;
  } catch (error) {
    throw storeError(method, key, error);
  }
}

interface Walked {
  /** Beginning of the keys of all objects in the folder. */
  parent: string;
  path: string;
  prefix: string;
  after: string;
}

/** Keys with a prefix and after a key, in order. Folders that can have none are not read. */
async function* walk(session: SftpSession, walked: Walked): AsyncGenerator<string> {
  const { parent, path, prefix, after } = walked;
  const found = (await files.entriesOf(session, path)).map((entry) => {
    const isShard = entry.isFolder && shard.test(entry.name);
    const key = `${parent}${entry.name}${entry.isFolder && !isShard ? "/" : ""}`;
    return { ...entry, isShard, key };
  });
  found.sort((a, b) => (a.key < b.key ? -1 : 1));
  for (const { key, name, isFolder, isShard } of found) {
    if (!isFolder) {
      if (key.startsWith(prefix) && key > after) yield key;
      continue;
    }
    const fits = key.startsWith(prefix) || prefix.startsWith(key);
    if (!fits || key < after.slice(0, key.length)) continue;
    const below = { parent: isShard ? parent : key, path: posix.join(path, name) };
    yield* walk(session, { ...walked, ...below });
  }
}

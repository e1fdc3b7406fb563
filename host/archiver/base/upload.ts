import { type Base, bytesOf, type Dump, keys, type Part, sha256 } from "../chain/manifest";
import { checkedPut, type ObjectStore, withRetries } from "../store/object-store";
import type { CopyInfo } from "./copy-folder";

/** Size of the objects of a base, bytes. */
const partBytes = 64 * 2 ** 20;

/** Target and metadata of a base. */
export interface BaseTarget {
  store: ObjectStore;
  root: string;
  node: string;
  id: string;
  info: CopyInfo;
}

/**
 * Uploads an encrypted stream as objects of one size, each checked after the upload, and the manifest
 * last: a base counts once its manifest exists.
 *
 * @throws StoreError if an object cannot be uploaded within ten minutes.
 */
export async function uploadBase(
  stream: AsyncIterable<Uint8Array>,
  { store, root, node, id, info }: BaseTarget,
  pieceBytes = partBytes,
): Promise<Base> {
  const { timeline, link, gtids, plainBytes, mysql, sums } = info;
  const keyOf = (number: number) => keys.part(root, timeline, id, number);
  const parts = await uploadParts(stream, { store, root, keyOf, pieceBytes });
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  const common = { version: 1, id, parts, bytes, plainBytes, gtids, link, node, mysql } as const;
  const base: Base = { ...common, ...(sums ? { sums } : {}) };
  await withRetries(() => checkedPut(store, keys.base(root, timeline, id), bytesOf(base)));
  return base;
}

/** Encrypted streams of a dump. */
export interface DumpStreams {
  rows: AsyncIterable<Uint8Array>;
  accounts: AsyncIterable<Uint8Array>;
}

/**
 * Uploads a dump as {@link uploadBase} does a base. `info` is that of the copy, with the size of the dump's SQL in
 * place of that of the data.
 *
 * @throws StoreError if an object cannot be uploaded within ten minutes.
 */
export async function uploadDump(
  { rows, accounts }: DumpStreams,
  { store, root, node, id, info }: BaseTarget,
  pieceBytes = partBytes,
): Promise<Dump> {
  const { timeline, link, gtids, plainBytes, mysql } = info;
  const keyOf = (number: number) => keys.dumpPart(root, timeline, id, number);
  const parts = await uploadParts(rows, { store, root, keyOf, pieceBytes });
  const accountsKey = () => keys.dumpAccounts(root, timeline, id);
  const whole = { store, root, keyOf: accountsKey, pieceBytes: Number.POSITIVE_INFINITY };
  const [account] = await uploadParts(accounts, whole);
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  const common = { version: 1, id, parts, bytes, plainBytes, gtids, link, node, mysql } as const;
  const dump: Dump = { ...common, accounts: account! };
  await withRetries(() => checkedPut(store, keys.dump(root, timeline, id), bytesOf(dump)));
  return dump;
}

/** Records in the store why there is no dump. */
export async function reportFailure(
  reason: string,
  { store, root, node, id, info }: BaseTarget,
): Promise<void> {
  const content = bytesOf({ version: 1, id, node, reason });
  const key = keys.dumpFailure(root, info.timeline, id);
  await withRetries(() => checkedPut(store, key, content));
}

interface PartsTarget {
  store: ObjectStore;
  root: string;
  /** Key of an object by its number, from 1 on. */
  keyOf: (number: number) => string;
  pieceBytes: number;
}

async function uploadParts(
  stream: AsyncIterable<Uint8Array>,
  { store, root, keyOf, pieceBytes }: PartsTarget,
): Promise<Part[]> {
  const parts: Part[] = [];
  for await (const content of pieces(stream, pieceBytes)) {
    const key = keyOf(parts.length + 1);
    await withRetries(() => checkedPut(store, key, content));
    parts.push({ key: key.slice(root.length + 1), sha256: sha256(content), bytes: content.length });
  }
  return parts;
}

/** Splits a stream into pieces of one size; the last one may be shorter. */
async function* pieces(stream: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Buffer> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    held.push(chunk);
    size += chunk.length;
    while (size >= bytes) {
      const all = Buffer.concat(held);
      yield all.subarray(0, bytes);
      held = [all.subarray(bytes)];
      size -= bytes;
    }
  }
  if (size > 0) yield Buffer.concat(held);
}

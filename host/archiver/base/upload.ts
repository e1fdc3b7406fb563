import { setTimeout as delay } from "node:timers/promises";
import { type Base, bytesOf, keys, sha256 } from "../chain/manifest";
import { checkedPut } from "../store/checked-put";
import { type ObjectStore, StoreError } from "../store/object-store";
import type { CopyInfo } from "./place";

/** Size of the objects that a base is put as, bytes. */
const partBytes = 64 * 2 ** 20;
/** Waits between tries of one object, milliseconds; together about ten minutes. */
const waitsMs = [1_000, 2_000, 5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 120_000, 240_000];

/** What a base is put with. */
export interface Upload {
  store: ObjectStore;
  root: string;
  node: string;
  id: string;
  info: CopyInfo;
}

/**
 * Puts a sealed stream as objects of one size, each read back, and its manifest last: a base counts
 * once that is there.
 *
 * @throws StoreError if one of them cannot be put within ten minutes.
 */
export async function uploadBase(
  stream: AsyncIterable<Uint8Array>,
  { store, root, node, id, info }: Upload,
  pieceBytes = partBytes,
): Promise<Base> {
  const { timeline, link, gtids, plainBytes, mysql } = info;
  const parts: Base["parts"] = [];
  for await (const content of pieces(stream, pieceBytes)) {
    const key = keys.part(root, timeline, id, parts.length + 1);
    await patiently(() => checkedPut(store, key, content));
    parts.push({ key: key.slice(root.length + 1), sha256: sha256(content), bytes: content.length });
  }
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  const base: Base = { version: 1, id, parts, bytes, plainBytes, gtids, link, node, mysql };
  await patiently(() => checkedPut(store, keys.base(root, timeline, id), bytesOf(base)));
  return base;
}

/** A stream in pieces of one size; the last one may be shorter. */
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

async function patiently(work: () => Promise<void>): Promise<void> {
  for (const waitMs of waitsMs) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      await delay(waitMs);
    }
  }
  return work();
}

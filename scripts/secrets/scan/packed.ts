import { closeSync, createReadStream, openSync, readFileSync, readSync } from "node:fs";
import * as zlib from "node:zlib";
import type { Matcher, Pattern } from "../matcher";

/** Size of the largest text that is searched for packed parts, bytes; user data has 32 KiB. */
const textBytes = 4 << 20;
/** Largest size of an unpacked file or part, bytes. */
const unpackedBytes = 1 << 30;

/** Gzip in base64, as in cloud-config and JSON. */
const packedPart = /H4sI[A-Za-z0-9+/\s\\]{20,}={0,2}/g;

function partsOf(text: Buffer): Buffer[] {
  return [...text.toString("latin1").matchAll(packedPart)].flatMap(([part]) => {
    try {
      const bytes = Buffer.from(part.replace(/\\n|[\s\\]/g, ""), "base64");
      return [zlib.gunzipSync(bytes, { maxOutputLength: unpackedBytes })];
    } catch {
      return [];
    }
  });
}

/** Finds patterns in a text and in its packed parts. */
export function searchText(matcher: Matcher, text: Buffer): Set<Pattern> {
  const all = [text, ...(text.length <= textBytes ? partsOf(text) : [])];
  return new Set(all.flatMap((one) => matcher.search(one).map(({ pattern }) => pattern)));
}

/** Finds patterns in a file, and in its unpacked content. */
export async function searchFile(
  matcher: Matcher,
  path: string,
  size: number,
): Promise<Set<Pattern>> {
  const found =
    size <= textBytes ? searchText(matcher, readFileSync(path)) : await streamed(matcher, path);
  const unpack = unpacker(firstBytes(path));
  if (!unpack) return found;
  return new Set([...found, ...(await streamed(matcher, path, unpack))]);
}

/** First bytes of packed files, whatever their names. */
function unpacker(begin: string) {
  if (begin.startsWith("1f8b08")) return zlib.createGunzip();
  // Node.js has it from 22.15 on.
  return begin === "28b52ffd" ? zlib.createZstdDecompress?.() : undefined;
}

function firstBytes(path: string): string {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(4);
    return bytes.subarray(0, readSync(file, bytes)).toString("hex");
  } finally {
    closeSync(file);
  }
}

async function streamed(
  matcher: Matcher,
  path: string,
  unpack?: NodeJS.ReadWriteStream,
): Promise<Set<Pattern>> {
  const { feed, found } = matcher.stream();
  const source = createReadStream(path, { highWaterMark: 1 << 20 });
  let bytes = 0;
  if (unpack) source.on("error", (error) => unpack.emit("error", error));
  for await (const piece of unpack ? source.pipe(unpack) : source) {
    feed(Buffer.from(piece as Uint8Array));
    bytes += piece.length;
    if (unpack && bytes > unpackedBytes) break;
  }
  return found;
}

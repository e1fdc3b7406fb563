import { createHash } from "node:crypto";
import { appendFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Link } from "../../host/archiver/chain/manifest";
import type { ObjectStore } from "../../host/archiver/store/object-store";
import { inParallel } from "./in-parallel";
import type { Machine } from "./machine";
import { overwrittenHint } from "./versioned-bucket";

/**
 * Largest number of segments that one program of the machine decrypts: each start takes 0.2 s (docker exec, two busy
 * cores).
 */
const maxSegments = 256;
/** Largest size of decrypted segments that wait on the disk, bytes; a larger segment waits alone. */
const maxPlainBytes = 256 * 2 ** 20;
/** Number of downloads at the same time; each holds a piece of an encrypted segment in memory. */
const together = 8;
/**
 * Size of the pieces in which an encrypted segment is downloaded, bytes. Node.js 20 neither writes nor hashes more than
 * 2 GiB at once.
 */
const usualPieceBytes = 64 * 2 ** 20;

/** Where segments come from, and where they are opened. */
export interface Unsealing {
  store: ObjectStore;
  /** Folder of the stack in the store. */
  root: string;
  machine: Machine;
  /** Folder for data and logs, as this process sees it. */
  here: string;
  /** The same folder as the machine sees it. */
  there: string;
  /** Path of the file with the age identity, as the machine sees it. */
  identity: string;
  /** Size of the pieces in which a segment is downloaded, bytes. @default 64 MiB */
  pieceBytes?: number;
}

/**
 * Decrypts the segments whose numbers are on standard input. Removes each encrypted file once it is decrypted, and
 * stops at the first failure: its number and the reason are the output.
 */
const openAll = `
set -o pipefail
cd "$1" || exit
while read -r number; do
  if ! said=$({ age -d -i "$2" < "sealed.$number" | zstd -d -q > "segment.$number"; } 2>&1); then
    echo "$number $said"
    exit
  fi
  rm "sealed.$number"
done
echo all
`;

/**
 * Downloads and decrypts the segments of links, in order, each as a file that is removed after its use. The disk has the segments of at most one batch, and none at
 * the end, successful or not.
 *
 * @throws Error that names the link of a segment that is missing, differs from the archived one, or cannot be
 *   decrypted.
 */
export async function* unsealed(
  unsealing: Unsealing,
  links: readonly Link[],
): AsyncGenerator<{ link: Link; file: string }> {
  for (const batch of batchesOf(links)) {
    try {
      const faults = await inParallel(batch, together, (link) => fetchSealed(unsealing, link));
      const fault = faults.find((found) => found !== undefined);
      if (fault) throw fault;
      await open(unsealing, batch);
      for (const link of batch) {
        const file = fileOf(unsealing, "segment", link);
        yield { link, file };
        rmSync(file);
      }
    } finally {
      for (const link of batch) {
        for (const kind of ["sealed", "segment"] as const) {
          rmSync(fileOf(unsealing, kind, link), { force: true });
        }
      }
    }
  }
}

/** Links in batches whose segments are decrypted together. */
export function* batchesOf(links: readonly Link[]): Generator<Link[]> {
  let batch: Link[] = [];
  let bytes = 0;
  for (const link of links) {
    const { plainBytes } = link.segment!;
    const isFull = batch.length >= maxSegments || bytes + plainBytes > maxPlainBytes;
    if (isFull && batch.length > 0) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(link);
    bytes += plainBytes;
  }
  if (batch.length > 0) yield batch;
}

function fileOf({ here }: Unsealing, kind: "sealed" | "segment", { number }: Link): string {
  return join(here, "relay", `${kind}.${number}`);
}

/**
 * Downloads an encrypted segment. Returns a fault instead of throwing it, so that the first fault in the order of the
 * chain is reported.
 */
async function fetchSealed(unsealing: Unsealing, link: Link): Promise<Error | undefined> {
  const { store, root, pieceBytes = usualPieceBytes } = unsealing;
  const { number, segment } = link;
  try {
    const hash = createHash("sha256");
    for (let from = 0; from === 0 || from < segment!.bytes; from += pieceBytes) {
      const range = { from, to: Math.min(from + pieceBytes, segment!.bytes) - 1 };
      const isWhole = segment!.bytes <= pieceBytes;
      const content = await store.get(`${root}/${segment!.key}`, isWhole ? undefined : range);
      if (!content) return new Error(`the segment of link ${number} is not there`);
      hash.update(content);
      appendFileSync(fileOf(unsealing, "sealed", link), content);
    }
    if (hash.digest("hex") === segment!.sha256) return undefined;
    return new Error(`the segment of link ${number} is not what was put there. ${overwrittenHint}`);
  } catch (error) {
    return error as Error;
  }
}

async function open(
  { machine, there, identity }: Unsealing,
  batch: readonly Link[],
): Promise<void> {
  const numbers = batch.map(({ number }) => `${number}\n`).join("");
  const words = ["bash", "-c", openAll, "bash", `${there}/relay`, identity];
  const output = (await machine.run(words, numbers)).trim();
  if (output === "all") return;
  // The first line alone: after a failure of age zstd reports one too.
  const [, number = "?", reason = output] = /^(\d+) ?(.*)/.exec(output) ?? [];
  throw new Error(
    `the segment of link ${number} has its sum and cannot be opened: ${reason || "no reason was told"}; ` +
      "if it was sealed for a former key, add that identity to the identity file",
  );
}

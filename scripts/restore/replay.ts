import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { subtract, isSameSet, union } from "../../host/archiver/gtid-sets";
import { type Link, type Part, sha256 } from "../../host/archiver/chain/manifest";
import { cutAt, writeRelayLog } from "./segment";
import { overwrittenHint } from "./versioned-bucket";
import type { Plan } from "./plan";
import type { Target } from "./target";
import { type Unsealing, unsealed } from "./unseal";

/** Store, machine and folders of a restore. */
export interface Restore extends Unsealing {
  say: (line: string) => void;
}

/** Result of a restore. */
export interface Restored {
  /** GTID set of the restored database. */
  gtids: string;
  transactions: number;
  /** Commit time of the last transaction, microseconds since 1970; 0: the base alone. */
  lastUs: number;
}

/** Downloads objects one after the other. @throws Error if one is not there, or differs from the archived one. */
export async function* contentOf(
  { store, root }: Pick<Restore, "store" | "root">,
  parts: readonly Part[],
): AsyncGenerator<Uint8Array> {
  for (const { key, sha256: sum } of parts) {
    const content = await store.get(`${root}/${key}`);
    if (!content) throw new Error(`${key} is not there`);
    if (sha256(content) !== sum) {
      throw new Error(`${key} is not what was put there. ${overwrittenHint}`);
    }
    yield content;
  }
}

/**
 * Downloads and unpacks the base.
 *
 * @throws Error that names a part that is missing or differs from the archived one, or that says why the base cannot be
 *   opened.
 */
export async function fetchBase(restore: Restore, { base }: Plan): Promise<void> {
  const { machine, there, identity } = restore;
  await machine.run(["mkdir", "-p", `${there}/data`, `${there}/relay`]);
  const unpack = `set -o pipefail; age -d -i '${identity}' | zstd -d -q | tar -x -C '${there}/data'`;
  const feeding = machine.feed(["bash", "-c", unpack], contentOf(restore, base.parts));
  await feeding.catch((error: Error) => {
    const [, reason] = /(age: error: .*)/.exec(error.message) ?? [];
    if (reason === undefined) throw error;
    throw new Error(
      `base ${base.id} cannot be opened: ${reason}; if it was sealed for a former key, add that identity to the identity file`,
    );
  });
}

/**
 * Downloads the segments and writes them as relay logs, the last one cut at the target.
 *
 * @throws Error that names the link of a segment that is missing, differs from the archived one, or cannot be opened.
 */
export async function fetchLogs(
  restore: Restore,
  { base, links }: Plan,
  target: Target,
): Promise<Restored> {
  let gtids = base.gtids;
  let [transactions, lastUs] = [0, 0];
  const files: string[] = [];
  for await (const { link, file } of unsealed(restore, links)) {
    const name = `relay.${String(files.length + 1).padStart(6, "0")}`;
    const cut = await cutAt(file, target, gtids);
    if (!isWhole(link, cut.gtids) && target.kind === "latest") {
      throw new Error(`the segment of link ${link.number} does not have what the link says`);
    }
    const before = subtract(gtids, base.gtids);
    await writeRelayLog(join(restore.here, "relay", name), file, cut, before);
    files.push(`${restore.there}/relay/${name}`);
    gtids = union(gtids, cut.gtids);
    transactions += cut.count;
    lastUs = Math.max(lastUs, cut.lastUs);
    if (!isWhole(link, cut.gtids)) break;
  }
  const index = join(restore.here, "relay", "relay.index");
  writeFileSync(index, files.map((file) => `${file}\n`).join(""));
  return { gtids, transactions, lastUs };
}

function isWhole({ segment }: Link, gtids: string): boolean {
  return isSameSet(segment!.gtids, gtids);
}

/** Creates the folders of a restore. */
export function prepare(here: string): void {
  for (const name of ["data", "relay"]) mkdirSync(join(here, name), { recursive: true });
}

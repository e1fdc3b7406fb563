import { keys } from "../../host/archiver/chain/manifest";
import type { ObjectStore } from "../../host/archiver/store/object-store";
import { readArchive, historyIds } from "../restore/read-chain";
import type { Found } from "./pruning";

/**
 * Ids of the histories of a stack in the target; the history that was begun last comes last.
 *
 * @throws Error if there is none: nothing would be deleted, and nothing said.
 */
export async function knownHistories(store: ObjectStore, root: string): Promise<string[]> {
  const found = await historyIds(store, root);
  if (found.length > 0) return found;
  throw new Error(
    `backups.target must have backups below ${root}/, got none; compare its endpoint and bucket, or its sftp, with the stack file of the stack, and look at npm run db:status`,
  );
}

/** Reads the objects of a history in the bucket. @throws StoreError if the store fails. */
export async function readHistory(
  store: ObjectStore,
  root: string,
  timeline: string,
): Promise<Found> {
  const { bases, links } = await readArchive(store, root, timeline);
  const [linkKeys, data, parts, dumps, dumpParts] = await Promise.all([
    store.list(keys.links(root, timeline)),
    store.list(`${root}/${timeline}/data/`),
    store.list(`${root}/${timeline}/parts/`),
    store.list(keys.dumps(root, timeline)),
    store.list(keys.dumpParts(root, timeline)),
  ]);
  const folderOf = (key: string) => key.split("/").at(-2)!;
  const short = (key: string) => key.slice(root.length + 1);
  const numberIn = (key: string) => Number(/\/(\d{10})\.[^/]*$/.exec(key)?.[1] ?? Number.NaN);
  return {
    ...{ bases, links },
    linkNumbers: linkKeys.map(numberIn).filter((number) => !Number.isNaN(number)),
    // A key of another form has no number, and is never counted as a smaller one.
    data: data.map((key) => ({ key: short(key), number: numberIn(key) })),
    parts: parts.map((key) => ({ key: short(key), base: folderOf(key) })),
    dumps: dumps.map((key) => key.slice(keys.dumps(root, timeline).length, -".json".length)),
    dumpParts: dumpParts.map((key) => ({ key: short(key), dump: folderOf(key) })),
  };
}

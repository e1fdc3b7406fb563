import { keys } from "../../host/archiver/chain/manifest";
import type { ObjectStore } from "../../host/archiver/store/object-store";
import { NewestObjects } from "../../host/archiver/newest-objects";
import { readArchive, historyIds } from "../restore/read-chain";
import type { Found, Pruning } from "./pruning";

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

/** A history in a store. */
export interface JudgedHistory {
  store: ObjectStore;
  root: string;
  timeline: string;
  /** Time by this machine's clock, milliseconds since 1970. */
  nowMs: number;
}

/**
 * The plan, refused if the last proof of the history failed: the new backups may be worth nothing, as after a change to
 * a key whose identity nobody has, and each run would delete some more of those that can be restored.
 *
 * @throws StoreError if the store fails.
 */
export async function refusedUnproved(
  made: Pruning,
  { store, root, timeline, nowMs }: JudgedHistory,
): Promise<Pruning> {
  const { bases, links, data, parts, dumps, dumpParts } = made;
  const gone = [bases, links, data, parts, dumps, dumpParts];
  if (made.refused !== "" || gone.every(({ length }) => length === 0)) return made;
  const { proof, failedProof } = await new NewestObjects(store, root).of(timeline, nowMs);
  if (failedProof <= proof) return made;
  const refused =
    `the last proof failed, and proof-failures/${failedProof}.json says why: what is old may be all that can be restored; ` +
    "repeat this once npm run db:prove ends with proved, or with --unproved";
  const nothing = { bases: [], links: [], data: [], parts: [], dumps: [], dumpParts: [] };
  return { ...made, ...nothing, refused };
}

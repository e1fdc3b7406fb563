import { keys } from "../../host/archiver/chain/manifest";
import type { ObjectStore } from "../../host/archiver/store/object-store";
import { readArchive } from "../restore/read-chain";
import type { Found } from "./pruning";

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

import { type Dump, keys } from "../../host/archiver/chain/manifest";
import type { ObjectStore } from "../../host/archiver/store/object-store";
import { mib } from "./report";
import { timelines } from "./read-chain";

/** A dump with the history that it is of. */
export interface FoundDump {
  timeline: string;
  dump: Dump;
}

/** Which dump is wanted. */
export interface DumpWish {
  /** Id of a dump, such as `20261129T031700Z`, or `latest`. */
  id: string;
  /** Id of the history. @default the newest one that has a dump */
  history?: string | undefined;
}

/**
 * Finds a dump in a store.
 *
 * @throws Error that names the dumps that there are if the wanted one is not among them.
 */
export async function findDump(
  store: ObjectStore,
  root: string,
  { id, history }: DumpWish,
): Promise<FoundDump> {
  const histories = history === undefined ? (await timelines(store, root)).reverse() : [history];
  const known: string[] = [];
  for (const timeline of histories) {
    const folder = keys.dumps(root, timeline);
    const ids = (await store.list(folder)).map((key) => key.slice(folder.length, -".json".length));
    known.push(...ids);
    const wanted = id === "latest" ? ids.at(-1) : ids.find((one) => one === id);
    const content = wanted && (await store.get(keys.dump(root, timeline, wanted)));
    if (content) return { timeline, dump: JSON.parse(content.toString()) as Dump };
  }
  const there = known.sort().join(", ") || "none; npm run db:backup -- --dump takes one";
  throw new Error(`--dump must be latest or one of the dumps, got ${id}; dumps: ${there}`);
}

/** Lines about a dump that is to be restored. */
export function dumpLines({ timeline, dump }: FoundDump): string[] {
  const { id, node, mysql, bytes, plainBytes } = dump;
  return [
    `history     ${timeline}`,
    `dump        ${id} of ${node}, MySQL ${mysql}, ${mib(bytes)} (${mib(plainBytes)} of SQL)`,
    "log         none: a dump is restored to its own moment, and no log is replayed after it",
  ];
}

import { listBases } from "../../host/archiver/chain/bases";
import { type Base, keys } from "../../host/archiver/chain/manifest";
import { findTip, readLink, type Tip } from "../../host/archiver/chain/tip";
import type { ObjectStore } from "../../host/archiver/store/object-store";
import type { ReadLink } from "./plan";

/** Links that are read at the same time. */
const together = 16;

/** An archive as it is in the bucket. */
export interface Archive {
  timeline: string;
  bases: Base[];
  links: ReadLink[];
}

/** Ids of the histories in a bucket, that which was written last at the end. */
export async function timelines(store: ObjectStore, root: string): Promise<string[]> {
  const folder = keys.timelines(root);
  const found = await store.list(folder);
  const dated = await Promise.all(
    found.map(async (key) => {
      const said = JSON.parse((await store.get(key))!.toString()) as { since: string };
      return { id: key.slice(folder.length).replace(/\.json$/, ""), since: said.since };
    }),
  );
  return dated.sort((a, b) => (a.since < b.since ? -1 : 1)).map(({ id }) => id);
}

/** Reads all bases of a history, and its links from the oldest base on. */
export async function readArchive(
  store: ObjectStore,
  root: string,
  timeline: string,
): Promise<Archive> {
  const bases = await listBases(store, root, timeline);
  const first = Math.min(...bases.map(({ link }) => link)) + 1;
  const tip = await findTip(store, root, timeline);
  const numbers = Array.from({ length: Math.max(0, tip.number - first + 1) }, (_, i) => first + i);
  const read: (Tip | undefined | Error)[] = [];
  for (let i = 0; i < numbers.length; i += together) {
    const some = numbers
      .slice(i, i + together)
      .map((number) => readLink(store, root, timeline, number).catch((error: Error) => error));
    read.push(...(await Promise.all(some)));
  }
  return {
    timeline,
    bases,
    links: numbers.map((number, i) => checked(number, read[i], read[i - 1])),
  };
}

/** A link with what is wrong with it, told from the one before. */
export function checked(
  number: number,
  found: Tip | undefined | Error,
  before: Tip | undefined | Error,
): ReadLink {
  if (!found) return { number, link: undefined, fault: "is not there" };
  if (found instanceof Error) return { number, link: undefined, fault: found.message };
  const isAfter = !before || before instanceof Error || found.link!.previous === before.sha256;
  return { number, link: found.link, fault: isAfter ? "" : `does not follow link ${number - 1}` };
}

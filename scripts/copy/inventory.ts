import { type Base, type Dump, keys } from "../../host/archiver/chain/manifest";
import type { Copier, Manifest } from "./copier";
import { inParallel } from "../restore/in-parallel";
import { named } from "./stores";

/** Number of manifests of bases or dumps that are read at the same time. */
const together = 16;

/** A base or a dump of the target, with its manifest. */
export interface Backup extends Manifest {
  id: string;
  /** Number of the last link at the time of the base or dump. */
  link: number;
}

/** Objects of a history in the target. */
export interface Inventory {
  timeline: string;
  /** Numbers of its links, rising. */
  links: readonly number[];
  /** Its bases and dumps, newest first. */
  bases: readonly Backup[];
  dumps: readonly Backup[];
}

/** Number in a key of a link or a segment; NaN: it has none. */
export function numberIn(key: string): number {
  return Number(/\/(\d{10})\.[^/]*$/.exec(key)?.[1] ?? Number.NaN);
}

/**
 * Reads the objects of a history in the target, and the keys of that history in the copy.
 *
 * Links are read before bases, because a link may refer to a base that was put before the link.
 */
export async function readInventory(copier: Copier, timeline: string): Promise<Inventory> {
  const { stores, args } = copier;
  const links = (await stores.list("from", keys.links(args.root, timeline)))
    .map(numberIn)
    .filter((number) => !Number.isNaN(number));
  const bases = await taken(copier, keys.bases(args.root, timeline));
  const dumps = await taken(copier, keys.dumps(args.root, timeline));
  for (const key of await stores.list("to", `${args.root}/${timeline}/`)) args.has.add(key);
  return { timeline, links, bases, dumps };
}

async function taken(copier: Copier, folder: string): Promise<Backup[]> {
  const { stores, args } = copier;
  const found = (await stores.list("from", folder)).reverse();
  const read = await inParallel(found, together, async (full): Promise<Backup[]> => {
    const content = await stores.get("from", full);
    // Deleted since it was listed.
    if (!content) return [];
    const key = full.slice(args.root.length + 1);
    try {
      const { id, link, parts, accounts } = JSON.parse(content.toString()) as Base & Partial<Dump>;
      return [{ key, content, id, link, parts: [...parts, ...(accounts ? [accounts] : [])] }];
    } catch (error) {
      copier.fault(
        key,
        `in ${named.from} is damaged, and was not copied: ${(error as Error).message}`,
      );
      return [];
    }
  });
  return read.flat();
}

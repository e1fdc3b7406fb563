import { keys } from "../../host/archiver/chain/manifest";
import type { Copier } from "./copier";
import { type Inventory, readInventory } from "./inventory";
import { copyLinks } from "./links";
import { named } from "./stores";

/**
 * Copies a history, the newest data first, so that the copy is restorable at any time during the work: the newest base,
 * the record of the history, and the links after that base; then each earlier base with the links up to the next base;
 * the dumps at the end. Objects to which no manifest refers belong to incomplete uploads, and are not copied.
 *
 * @returns true if the history has a base in the target.
 */
export async function copyHistory(copier: Copier, timeline: string): Promise<boolean> {
  const found = await readInventory(copier, timeline);
  const different = await firstDifferent(copier, found);
  if (different !== undefined) {
    const what = `in ${named.to} differs from that in ${named.from}: the two are not one history from there on; nothing of ${timeline} was copied or replaced`;
    copier.fault(different.slice(copier.args.root.length + 1), what);
    return found.bases.length > 0;
  }
  let upTo = Number.POSITIVE_INFINITY;
  let isRecorded = false;
  for (const base of found.bases) {
    const isThere = (await copier.parts(base)) && (await copier.manifest(base));
    // A history without a base cannot be restored, and would hide the earlier history.
    if (isThere && !isRecorded) isRecorded = await copyRecord(copier, timeline);
    await copyLinks(copier, timeline, between(found, base.link, upTo));
    upTo = Math.min(upTo, base.link);
  }
  await copyLinks(copier, timeline, between(found, 0, upTo));
  for (const dump of found.dumps) {
    if (await copier.parts(dump)) await copier.manifest(dump);
  }
  return found.bases.length > 0;
}

function between({ links }: Inventory, after: number, upTo: number): number[] {
  return links.filter((number) => number > after && number <= upTo);
}

async function copyRecord(copier: Copier, timeline: string): Promise<boolean> {
  const full = keys.timeline(copier.args.root, timeline);
  const content = await copier.stores.get("from", full);
  if (!content) return false;
  await copier.manifest({ key: full.slice(copier.args.root.length + 1), content });
  return true;
}

/**
 * The first link that differs between the target and the copy; undefined: none. Each link has the sum of the link before it, so the
 * newest common link tells whether the links before it are the same, too.
 */
async function firstDifferent(
  copier: Copier,
  { timeline, links }: Inventory,
): Promise<string | undefined> {
  const { stores, args } = copier;
  const common = links
    .map((number) => keys.link(args.root, timeline, number))
    .filter((key) => args.has.has(key));
  const isSame = async (key: string) => {
    const [from, to] = await Promise.all([stores.get("from", key), stores.get("to", key)]);
    // Deleted since it was listed.
    return !from || !to || from.equals(to);
  };
  const newest = common.at(-1);
  if (newest === undefined || (await isSame(newest))) return undefined;
  let [low, high] = [0, common.length - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (await isSame(common[middle]!)) low = middle + 1;
    else high = middle;
  }
  return common[low];
}

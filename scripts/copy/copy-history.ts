import { keys } from "../../host/archiver/chain/manifest";
import type { Copier } from "./copier";
import { firstDifferent } from "./fork";
import { type Inventory, readInventory } from "./inventory";
import { copyLinks } from "./links";
import { named } from "./stores";

/**
 * Copies a history so that the copy can be restored at each moment, the newest data first: the newest base, the
 * record of the history, and the links after that base; then each base before it with the links up to the next
 * one; the dumps at the end. Objects that no manifest refers to are of uploads that did not end, and are not copied.
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
    // A history without a base cannot be restored, and would hide the one before it.
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

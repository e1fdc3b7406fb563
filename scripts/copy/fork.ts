import { keys } from "../../host/archiver/chain/manifest";
import type { Copier } from "./copier";
import type { Inventory } from "./inventory";

/**
 * The first link that differs between the target and the copy; undefined: none. Each link has the sum of the link before it, so the
 * newest common link tells whether the links before it are the same, too.
 */
export async function firstDifferent(
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

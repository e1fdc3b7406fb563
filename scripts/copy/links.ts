import { keys, type Link } from "../../host/archiver/chain/manifest";
import type { Copier, Manifest } from "./copier";
import { inParallel } from "../restore/in-parallel";
import { numberIn } from "./inventory";
import { named } from "./stores";

/** Number of segments that are copied at the same time; each takes up to 16 MiB of memory. */
const segmentsTogether = 8;
/** Number of links in a batch: the segments of a batch are put while the links of the previous batch are. */
const ahead = 64;

/**
 * Copies links in ascending order, each after its segment, so that the copy of the chain has no gap below its end.
 *
 * @param numbers numbers of links of the target, ascending.
 */
export async function copyLinks(
  copier: Copier,
  timeline: string,
  numbers: readonly number[],
): Promise<void> {
  const wanted = copier.args.verify ? numbers : lackingOf(copier, timeline, numbers);
  const prepared = (from: number) => {
    const some = wanted.slice(from, from + ahead);
    const work = inParallel(some, segmentsTogether, (number) => prepare(copier, timeline, number));
    // The earlier links may fail first.
    work.catch(() => undefined);
    return work;
  };
  let next = prepared(0);
  for (let i = 0; i < wanted.length; i += ahead) {
    const ready = await next;
    next = prepared(i + ahead);
    for (const link of ready) if (link) await copier.manifest(link);
  }
}

/** Numbers whose link or segment the copy lacks. A link that records a gap has no segment, and is compared each time. */
function lackingOf({ args }: Copier, timeline: string, numbers: readonly number[]): number[] {
  const data = `${args.root}/${timeline}/data/`;
  const withData = new Set([...args.has].filter((key) => key.startsWith(data)).map(numberIn));
  const isThere = (number: number) =>
    args.has.has(keys.link(args.root, timeline, number)) && withData.has(number);
  return numbers.filter((number) => !isThere(number));
}

/** Reads a link and puts its segment; undefined: the link may not follow. */
async function prepare(
  copier: Copier,
  timeline: string,
  number: number,
): Promise<Manifest | undefined> {
  const full = keys.link(copier.args.root, timeline, number);
  const content = await copier.stores.get("from", full);
  // Deleted since it was listed.
  if (!content) return undefined;
  const key = full.slice(copier.args.root.length + 1);
  const link = linkIn(content);
  if (link?.number !== number) {
    copier.fault(key, `in ${named.from} is damaged, and was not copied`);
    return undefined;
  }
  const made = { key, content, parts: link.segment ? [link.segment] : [] };
  return (await copier.parts(made)) ? made : undefined;
}

function linkIn(content: Buffer): Link | undefined {
  try {
    return JSON.parse(content.toString()) as Link;
  } catch {
    return undefined;
  }
}

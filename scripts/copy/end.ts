import { timeOf, type Base, keys, type Link } from "../../host/archiver/chain/manifest";
import { timeText } from "../restore/target";
import { numberIn } from "./inventory";
import { named, type RetryingStores } from "./stores";

/** End of a history in a store. */
export interface End {
  /** Number of its last link; 0: none. */
  number: number;
  /** Its newest commit, microseconds since 1970; 0: none is known. */
  us: number;
}

/** A history whose ends in target and copy are compared. */
export interface Compared {
  root: string;
  timeline: string;
  /** Keys of the copy. */
  has: ReadonlySet<string>;
}

/**
 * The last link of the target, and the last link of the copy that follows the copy's newest base without a gap.
 *
 * @throws StoreError if a store fails for too long.
 */
export async function endsOf(
  stores: RetryingStores,
  compared: Compared,
): Promise<{ from: End; to: End }> {
  const { root, timeline } = compared;
  const to = await endOfCopy(stores, compared);
  const links = keys.links(root, timeline);
  const newer = await stores.list("from", links, keys.link(root, timeline, to.number));
  const last = newer.at(-1);
  if (last === undefined) return { from: to, to };
  const number = numberIn(last);
  return { from: { number, us: await newestCommit(stores, "from", { ...compared, number }) }, to };
}

async function endOfCopy(stores: RetryingStores, compared: Compared): Promise<End> {
  const { root, timeline, has } = compared;
  const folder = keys.bases(root, timeline);
  const bases = [...has].filter((key) => key.startsWith(folder)).sort();
  for (const key of bases.toReversed()) {
    const base = await readJson<Base>(stores, "to", key);
    // A base that is damaged is an error of its own.
    if (base?.id === undefined || base.link === undefined) continue;
    let number = base.link;
    while (has.has(keys.link(root, timeline, number + 1))) number += 1;
    const us = number === base.link ? 0 : await newestCommit(stores, "to", { ...compared, number });
    return { number, us: us || timeOf(base.id) * 1_000 };
  }
  return { number: 0, us: 0 };
}

/** The newest commit up to a link. A link that records a gap has none. */
async function newestCommit(
  stores: RetryingStores,
  side: "from" | "to",
  { root, timeline, number }: Compared & { number: number },
): Promise<number> {
  for (let one = number; ; one -= 1) {
    const link = await readJson<Link>(stores, side, keys.link(root, timeline, one));
    if (link === undefined) return 0;
    if (link.segment) return link.segment.toUs;
  }
}

/** A manifest, empty if it is damaged; undefined: it does not exist. */
async function readJson<T>(
  stores: RetryingStores,
  side: "from" | "to",
  key: string,
): Promise<Partial<T> | undefined> {
  const content = await stores.get(side, key);
  if (!content) return undefined;
  try {
    return JSON.parse(content.toString()) as Partial<T>;
  } catch {
    return {};
  }
}

/** Report on the end of a copy. */
export interface CopyLag {
  line: string;
  seconds: number;
  isTooFar: boolean;
}

/**
 * How far the copy ends behind the target.
 *
 * @param maxSeconds bound above which it is an error.
 */
export function copyLag(
  { from, to }: { from: End; to: End },
  maxSeconds: number,
  nowMs: number,
): CopyLag {
  if (to.us === 0) {
    const line = `ends        nowhere: ${named.to} has no base yet (TOO FAR BEHIND)`;
    return { line, seconds: Number.POSITIVE_INFINITY, isTooFar: true };
  }
  const seconds = Math.max(0, (from.us - to.us) / 1e6);
  const isTooFar = seconds > maxSeconds;
  const age = Math.max(0, (nowMs * 1_000 - to.us) / 1e6).toFixed(0);
  const warning = isTooFar ? ` (TOO FAR BEHIND, more than ${maxSeconds} s)` : "";
  const line = `ends        with link ${to.number}, newest commit ${timeText(to.us)}, ${age} s old, ${seconds.toFixed(0)} s behind ${named.from}${warning}`;
  return { line, seconds, isTooFar };
}

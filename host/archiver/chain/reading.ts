import { type ObjectStore, StoreError } from "../store/object-store";
import { idIn, isAhead, keys, type Link, sha256, type Base } from "./manifest";

/** The last link of a chain in the store. */
export interface Tip {
  /** Number of the link; 0: the chain is empty. */
  number: number;
  /** SHA-256 of the link; empty if there is none. */
  sha256: string;
  link: Link | undefined;
}

/** The store returned an object that is not what was put there. */
export class DamagedError extends StoreError {}

/**
 * Reads a link and its hash; undefined: it does not exist.
 *
 * @throws DamagedError if it is malformed, StoreError if the store fails.
 */
export async function readLink(
  store: ObjectStore,
  root: string,
  timeline: string,
  number: number,
): Promise<Tip | undefined> {
  const content = await store.get(keys.link(root, timeline, number));
  if (!content) return undefined;
  try {
    const link = JSON.parse(content.toString()) as Link;
    if (link.number !== number) throw new Error(`its content has number ${link.number}`);
    return { number, sha256: sha256(content), link };
  } catch (error) {
    throw new DamagedError(`link ${number} is damaged: ${(error as Error).message}`);
  }
}

/**
 * Finds the last link with about forty list requests, whatever the length of the chain. Old links may have
 * been deleted, so the chain need not begin with number 1.
 *
 * @param from number of a link that is known to exist. @default none is known
 */
export async function findTip(
  store: ObjectStore,
  root: string,
  timeline: string,
  from = 0,
): Promise<Tip> {
  const folder = keys.links(root, timeline);
  const follows = async (number: number) =>
    (await store.list(folder, keys.link(root, timeline, number), 1)).length > 0;
  const last = async (number: number): Promise<Tip> => {
    const tip = number > 0 ? await readLink(store, root, timeline, number) : undefined;
    if (number > 0 && !tip) throw new StoreError(`link ${number} is listed but cannot be read`);
    return tip ?? { number: 0, sha256: "", link: undefined };
  };
  if (!(await follows(from))) return last(from);
  let [low, step] = [from, 1];
  while (await follows(low + step)) {
    low += step;
    step *= 2;
  }
  let high = low + step;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await follows(middle)) low = middle;
    else high = middle;
  }
  return last(high);
}

/** Bases of a timeline, oldest first; a base counts once its manifest exists. */
export async function listBases(
  store: ObjectStore,
  root: string,
  timeline: string,
): Promise<Base[]> {
  const found = await store.list(keys.bases(root, timeline));
  const bases = await Promise.all(found.map((key) => store.get(key)));
  return bases.flatMap((content) => (content ? [JSON.parse(content.toString()) as Base] : []));
}

/**
 * Newest base of a timeline; undefined: none. A base that is named after a time in the future comes after all others.
 *
 * @param nowMs time by this host's clock. @default no name is of the future
 */
export async function newestBase(
  store: ObjectStore,
  root: string,
  timeline: string,
  nowMs = Number.POSITIVE_INFINITY,
): Promise<Base | undefined> {
  const folder = keys.bases(root, timeline);
  const found = await store.list(folder);
  const key = found.findLast((one) => !isAhead(idIn(folder, one), nowMs)) ?? found.at(-1);
  const content = key && (await store.get(key));
  return content ? (JSON.parse(content.toString()) as Base) : undefined;
}

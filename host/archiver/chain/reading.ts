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
 * @throws DamagedError with the fix if the last link is malformed, StoreError if the store fails.
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
    const tip = number > 0 ? await readLast(store, root, timeline, number) : undefined;
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

/** Without the last link nobody knows what is archived. */
async function readLast(
  ...[store, root, timeline, number]: Parameters<typeof readLink>
): Promise<Tip | undefined> {
  return readLink(store, root, timeline, number).catch((error: unknown) => {
    if (!(error instanceof DamagedError)) throw error;
    throw new DamagedError(
      `${error.message}. The archive ends with it and cannot go on: put its oldest version back, or delete ` +
        `${keys.link(root, timeline, number)} with the access key that may delete; the archiver then writes link ${number} anew from MySQL's log`,
    );
  });
}

/** Parses the manifest of a base. @throws DamagedError with the fix if it is none. */
function baseIn(folder: string, key: string, content: Buffer): Base {
  try {
    const base = JSON.parse(content.toString()) as Partial<Base> | null;
    const isBase = typeof base?.gtids === "string" && typeof base.link === "number";
    if (!isBase || !Array.isArray(base.parts)) throw new Error("its content is no base");
    return base as Base;
  } catch (error) {
    throw new DamagedError(
      `base ${idIn(folder, key)} is damaged: ${key} (${(error as Error).message}). Put its oldest version back, or ` +
        "delete that object with the access key that may delete, and take a base (npm run db:backup)",
    );
  }
}

/** Takes the error of each manifest that is damaged. */
type OnDamaged = (error: DamagedError) => void;

/**
 * Bases of a timeline, oldest first; a base counts once its manifest exists.
 *
 * @param onDamaged takes each base that is left out since its manifest is damaged. @default none is left out
 * @throws DamagedError with the fix if a manifest is damaged, StoreError if the store fails.
 */
export async function listBases(
  store: ObjectStore,
  root: string,
  timeline: string,
  onDamaged: OnDamaged = (error) => {
    throw error;
  },
): Promise<Base[]> {
  const folder = keys.bases(root, timeline);
  const found = await store.list(folder);
  const contents = await Promise.all(found.map((key) => store.get(key)));
  return contents.flatMap((content, i) => {
    try {
      return content ? [baseIn(folder, found[i]!, content)] : [];
    } catch (error) {
      onDamaged(error as DamagedError);
      return [];
    }
  });
}

/**
 * Newest base of a timeline whose manifest is whole; undefined: none. A base that is named after a time in the future
 * comes after all others.
 *
 * @param nowMs time by this host's clock. @default no name is of the future
 * @param onDamaged takes each base that is passed over since its manifest is damaged.
 * @throws StoreError if the store fails.
 */
export async function newestBase(
  store: ObjectStore,
  root: string,
  timeline: string,
  nowMs = Number.POSITIVE_INFINITY,
  onDamaged: OnDamaged = () => undefined,
): Promise<Base | undefined> {
  const folder = keys.bases(root, timeline);
  const newestFirst = (await store.list(folder)).reverse();
  const isLate = (key: string) => isAhead(idIn(folder, key), nowMs);
  const inOrder = [
    ...newestFirst.filter((key) => !isLate(key)),
    ...newestFirst.filter((key) => isLate(key)),
  ];
  for (const key of inOrder) {
    const content = await store.get(key);
    try {
      if (content) return baseIn(folder, key, content);
    } catch (error) {
      onDamaged(error as DamagedError);
    }
  }
  return undefined;
}

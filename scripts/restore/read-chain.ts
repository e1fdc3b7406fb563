import { DamagedError, listBases, readLink, type Tip } from "../../host/archiver/chain/reading";
import { type Base, idIn, keys } from "../../host/archiver/chain/manifest";
import type { ObjectStore } from "../../host/archiver/store/object-store";
import { inParallel } from "./in-parallel";
import type { ReadLink } from "./plan";

/** Number of concurrent reads of links. */
const together = 16;

/** An archive, as read from the bucket. */
export interface Archive {
  timeline: string;
  bases: readonly Base[];
  links: readonly ReadLink[];
}

/** A history in a bucket. */
export interface KnownHistory {
  id: string;
  /** Time of its registration in UTC, such as `2026-11-23 06:10:52`; empty: the record has none. */
  since: string;
}

/** Ids of the histories in a bucket, by name. @throws StoreError if the store fails. */
export async function historyIdsByName(store: ObjectStore, root: string): Promise<string[]> {
  const folder = keys.timelines(root);
  return (await store.list(folder)).map((key) => idIn(folder, key));
}

/**
 * The histories in a bucket; the history that was begun last comes last.
 *
 * @throws DamagedError with the fix if a record is malformed, StoreError if the store fails.
 */
export async function histories(store: ObjectStore, root: string): Promise<KnownHistory[]> {
  const ids = await historyIdsByName(store, root);
  const dated = await Promise.all(
    ids.map(async (id) => {
      const key = keys.timeline(root, id);
      const content = await store.get(key);
      try {
        const { since = "" } = JSON.parse(content!.toString()) as { since?: string };
        return { id, since };
      } catch (error) {
        throw new DamagedError(
          `${key} is damaged (${(error as Error).message}), so nobody knows when history ${id} began: ` +
            `put its oldest version back; until then name the history with --history, one of ${ids.join(", ")}`,
        );
      }
    }),
  );
  return dated.sort((a, b) => (a.since < b.since ? -1 : 1));
}

/** Ids of the {@link histories} in a bucket, in the same order. */
export async function historyIds(store: ObjectStore, root: string): Promise<string[]> {
  return (await histories(store, root)).map(({ id }) => id);
}

/** Reads all bases of a history, and its links from the oldest base on. */
export async function readArchive(
  store: ObjectStore,
  root: string,
  timeline: string,
): Promise<Archive> {
  const bases = await listBases(store, root, timeline);
  if (bases.length === 0) return { timeline, bases, links: [] };
  const reader = new ChainReader(store, root, timeline);
  const marks = bases.map(({ link }) => link);
  await reader.readAfter(Math.min(...marks));
  return { timeline, bases, links: reader.links(marks) };
}

/** Links of a history, read from its end backwards: each call reads those that it lacks. */
export class ChainReader {
  private readonly read = new Map<number, Tip | undefined | Error>();
  /** Numbers of the links that were read, rising. */
  private numbers: number[] = [];

  constructor(
    private readonly store: ObjectStore,
    private readonly root: string,
    private readonly timeline: string,
  ) {}

  /**
   * Reads the links after a number. A damaged link is a fault of that link; a store that fails says nothing of the
   * archive.
   *
   * @throws StoreError if the store fails.
   */
  async readAfter(before: number): Promise<void> {
    const { store, root, timeline } = this;
    const first = this.numbers[0];
    if (first !== undefined && before >= first) return;
    const folder = keys.links(root, timeline);
    const max = first === undefined ? undefined : first - before - 1;
    if (max === 0) return;
    const found = await store.list(folder, keys.link(root, timeline, before), max);
    const there = found
      .flatMap((key) => /^(\d+)\.json$/.exec(key.slice(folder.length))?.[1] ?? [])
      .map(Number)
      .filter((number) => number < (first ?? Infinity));
    await inParallel(there, together, async (number) => {
      const tip = await readLink(store, root, timeline, number).catch(faultOf);
      this.read.set(number, tip);
    });
    this.numbers = [...there, ...this.numbers];
  }

  /**
   * The links that were read, from the first of these numbers on, each with its fault.
   *
   * @param marks numbers of links after which a restore may begin.
   */
  links(marks: readonly number[]): ReadLink[] {
    const first = Math.min(...marks);
    const there = this.numbers.filter((number) => number >= first);
    const links = [
      ...there.map((number) => checked(number, this.read.get(number), this.read.get(number - 1))),
      ...gapsBetween(there, marks),
    ];
    return links.sort((a, b) => a.number - b.number);
  }
}

function faultOf(error: unknown): DamagedError {
  if (error instanceof DamagedError) return error;
  throw error;
}

/**
 * Missing links among these numbers, each row of them as one. A row may be links that were pruned after an
 * old base.
 *
 * @param marks numbers after which a restore may begin; no row spans one of them.
 */
export function gapsBetween(numbers: readonly number[], marks: readonly number[]): ReadLink[] {
  const found: ReadLink[] = [];
  let last = Math.min(...marks);
  for (const number of numbers) {
    const ends = marks.filter((mark) => mark > last && mark < number - 1).sort((a, b) => a - b);
    for (const end of [...new Set(ends), number - 1]) {
      const first = last + 1;
      last = end;
      if (first > end) continue;
      const fault = first === end ? "is not there" : `to ${end} are not there`;
      found.push({ number: first, link: undefined, fault });
    }
    last = number;
  }
  return found;
}

/** A link with its fault, found by comparison with the previous link. */
export function checked(
  number: number,
  found: Tip | undefined | Error,
  before: Tip | undefined | Error,
): ReadLink {
  if (!found) return { number, link: undefined, fault: "is not there" };
  if (found instanceof Error) {
    // The number stands before every fault.
    const fault = found.message.replace(`link ${number} `, "");
    return { number, link: undefined, fault };
  }
  const isAfter = !before || before instanceof Error || found.link!.previous === before.sha256;
  return { number, link: found.link, fault: isAfter ? "" : `does not follow link ${number - 1}` };
}

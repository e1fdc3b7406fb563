import { existsSync, lstatSync, readFileSync, rmSync } from "node:fs";
import type { BundleService } from "./bundle";
import { duplicate, makeDirectory, removeDurably, swapIn } from "./durable";
import { writeAtomically } from "./files";
import { manifestPath } from "./manifest";
import { stateDirectory } from "./places";
import { switchRelease } from "./release";
import { say } from "./run";

/** Directory of the record and the kept copies, while a swap is not finished. */
export const swapDirectory = `${stateDirectory}/swap`;
const recordPath = `${swapDirectory}/record.json`;

/** What a run is about to change, so that it can be taken back. */
export interface Intent {
  /** Paths of files that are written or removed. */
  paths: readonly string[];
  /** The link `current` before, if it is switched; null: there was none. */
  release?: { root: string; before: string | null };
  /** Paths whose services act. */
  changed: readonly string[];
  /** Services of the last run. */
  before: readonly BundleService[];
  /** Services of this run. */
  after: readonly BundleService[];
  /** Name of the run if this is only what decides who can log in, and nobody has confirmed it yet. */
  confirmation?: string;
}

/** A begun swap, as the host's disk has it. */
export interface Swap extends Omit<Intent, "paths"> {
  /** Form of the record: one converge may find what another one began. */
  version: 1;
  /** Each path, in the order of going back, with its copy's name in the directory; null: there was no file. */
  kept: [path: string, copy: string | null][];
}

/**
 * Keeps all that a run is about to change and records it; both are on the disk when this returns.
 * The manifest is part of it, as the last to go back.
 *
 * From here on the host is never mixed for longer than a boot: until `endSwap`, whoever finds the
 * record undoes the swap. It is undone, not finished, since the new state has not been seen to
 * work, and since going back needs nothing but the copies: no bundle, no secret, and no room on
 * the disk, as a copy is a second name of the old file. A copy has the owner and mode of its file,
 * so a secret stays one; the directory is root's alone. Directories that were made stay.
 *
 * @throws Error naming the path that cannot be kept; nothing was changed.
 */
export function beginSwap({ paths, ...intent }: Intent): Swap {
  rmSync(swapDirectory, { recursive: true, force: true });
  try {
    makeDirectory(swapDirectory, 0o700);
    return record({ version: 1, kept: keep([...paths, manifestPath], 0), ...intent });
  } catch (error) {
    rmSync(swapDirectory, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Keeps more of what a begun run is about to change: what it has changed so far is undone with it.
 *
 * @throws Error naming the path that cannot be kept; the swap is as it was.
 */
export function widenSwap(swap: Swap, { paths, ...intent }: Intent): Swap {
  const known = new Map(swap.kept);
  const more = keep(
    paths.filter((path) => !known.has(path)),
    swap.kept.length,
  );
  const [manifest] = swap.kept.slice(-1);
  return record({ version: 1, kept: [...swap.kept.slice(0, -1), ...more, manifest!], ...intent });
}

/** Copies of what is at those paths, numbered from `first` on. */
function keep(paths: readonly string[], first: number): Swap["kept"] {
  return paths.map((path, i) => {
    if (!lstatSync(path, { throwIfNoEntry: false })) return [path, null];
    const copy = String(first + i);
    duplicate(path, `${swapDirectory}/${copy}`);
    return [path, copy];
  });
}

/** After the copies: a new name in a directory brings those before it to the disk too. */
function record(swap: Swap): Swap {
  const content = `${JSON.stringify(swap)}\n`;
  writeAtomically(recordPath, { content, owner: "root", group: "root", mode: "0600" });
  return swap;
}

/**
 * The swap that a run began and did not end; undefined if there is none.
 *
 * @throws Error saying what to do if the record cannot be read.
 */
export function unfinishedSwap(): Swap | undefined {
  if (!existsSync(recordPath)) {
    rmSync(swapDirectory, { recursive: true, force: true });
    return undefined;
  }
  try {
    const swap = JSON.parse(readFileSync(recordPath, "utf8")) as Swap;
    if (swap.version !== 1) throw new Error(`version must be 1, got ${swap.version}`);
    return swap;
  } catch (error) {
    throw new Error(
      `${recordPath} says what an interrupted run changed and cannot be read: ${(error as Error).message}. ` +
        `The files of before are beside it: put back by hand what is needed, then remove ${swapDirectory}`,
      { cause: error },
    );
  }
}

/**
 * Puts back every path of a swap that can be, the manifest only if all others are. May be repeated
 * and interrupted at will: the copies stay.
 *
 * @returns Why paths are not back, a sentence for each.
 */
export function restore({ kept, release }: Swap): string[] {
  const problems: string[] = [];
  const attempt = (work: () => void) => {
    try {
      work();
    } catch (error) {
      problems.push((error as Error).message);
    }
  };
  if (release) attempt(() => switchRelease(release.root, release.before ?? undefined));
  for (const [path, copy] of kept) {
    if (path === manifestPath && problems.length > 0) continue;
    if (copy === null) attempt(() => removeDurably(path));
    else {
      attempt(() => swapIn(path, (draft) => duplicate(`${swapDirectory}/${copy}`, draft)));
    }
  }
  return problems;
}

/** Ends a swap: from here on its state is the host's. */
export function endSwap(): void {
  removeDurably(recordPath);
  try {
    rmSync(swapDirectory, { recursive: true, force: true });
  } catch (error) {
    say("left behind", `${swapDirectory}: ${(error as Error).message}`);
  }
}

import { existsSync, lstatSync, readFileSync, rmSync } from "node:fs";
import type { BundleService } from "./bundle";
import { duplicate, makeDirectory, removeDurably, replaceAtomically } from "./durable";
import { writeAtomically } from "./files";
import { manifestPath } from "./manifest";
import { stateDirectory } from "./directories";
import { switchRelease } from "./release";
import { reportStep } from "./run";

/** Directory of the record and the copies of an unfinished swap. */
export const swapDirectory = `${stateDirectory}/swap`;
const recordPath = `${swapDirectory}/record.json`;

/** What a run is about to change, so that it can be undone. */
export interface Intent {
  /** Paths of files that are written or removed. */
  paths: readonly string[];
  /** Previous target of the link `current`, if it is switched; null: there was none. */
  release?: { root: string; before: string | null };
  /** Paths whose services act. */
  changed: readonly string[];
  /** Services of the last run. */
  before: readonly BundleService[];
  /** Services of this run. */
  after: readonly BundleService[];
  /** Id of the run, if this is only its unconfirmed login part. */
  confirmation?: string;
}

/** Record of an unfinished swap, as it is on disk. */
export interface Swap extends Omit<Intent, "paths"> {
  /** Format version: one converge version may find a record of another. */
  version: 1;
  /**
   * Each path with the name of its copy in the swap directory, in the order of restoring; null: there was
   * no file.
   */
  kept: [path: string, copy: string | null][];
}

/**
 * Copies everything that a run is about to change and records it; both are on disk when this returns. The
 * manifest is the last entry to be restored.
 *
 * From here on the host is in a mixed state at most until the next boot: until `endSwap`, the next run or
 * boot that finds the record undoes the swap. It is undone, not finished, because the new state has not
 * been proven to work, and because undoing needs only the copies: no bundle, no secret and no disk space,
 * as copies are hard links. Copies keep owner and mode, so secrets stay secret; only root may enter the
 * directory. Created directories stay.
 *
 * @throws Error naming the path that cannot be copied; nothing was changed.
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
 * Adds paths to an unfinished swap, whose earlier changes are undone with them.
 *
 * @throws Error naming the path that cannot be copied; the swap is unchanged.
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

/** Copies the files at those paths, numbered from `first`. */
function keep(paths: readonly string[], first: number): Swap["kept"] {
  return paths.map((path, i) => {
    if (!lstatSync(path, { throwIfNoEntry: false })) return [path, null];
    const copy = String(first + i);
    duplicate(path, `${swapDirectory}/${copy}`);
    return [path, copy];
  });
}

/** Written after the copies: syncing the new name also syncs earlier entries of the directory. */
function record(swap: Swap): Swap {
  const content = `${JSON.stringify(swap)}\n`;
  writeAtomically(recordPath, { content, owner: "root", group: "root", mode: "0600" });
  return swap;
}

/**
 * The unfinished swap of an interrupted run; undefined if there is none.
 *
 * @throws Error with instructions if the record cannot be read.
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
      `${recordPath} is the record of an interrupted run and cannot be read: ${(error as Error).message}. ` +
        `Copies of the previous files are in the same directory: restore the needed ones by hand, then remove ${swapDirectory}`,
      { cause: error },
    );
  }
}

/**
 * Restores every path of a swap that can be restored, the manifest only if all others were. May be
 * repeated and interrupted: the copies stay.
 *
 * @returns one sentence for each path that could not be restored.
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
      attempt(() =>
        replaceAtomically(path, (draft) => duplicate(`${swapDirectory}/${copy}`, draft)),
      );
    }
  }
  return problems;
}

/** Ends a swap: the new state is final. */
export function endSwap(): void {
  removeDurably(recordPath);
  try {
    rmSync(swapDirectory, { recursive: true, force: true });
  } catch (error) {
    reportStep("left behind", `${swapDirectory}: ${(error as Error).message}`);
  }
}

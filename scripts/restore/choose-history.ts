import { keys } from "../../host/archiver/chain/manifest";
import type { ObjectStore } from "../../host/archiver/store/object-store";
import { OutsideError } from "./plan";
import { histories, historyIdsByName, type KnownHistory } from "./read-chain";

/** A history to restore. */
export interface ChosenHistory {
  /** Id of the history. */
  timeline: string;
  /** Histories that began before it; none if the history was named. */
  earlier: readonly KnownHistory[];
}

/**
 * Chooses the history of a restore.
 *
 * @param named id of the history. @default the last one that has a base
 * @param say takes a line for each later history, which has no base.
 * @throws Error if the history does not exist, DamagedError with the fix if the order of the histories is unknown.
 */
export async function chooseHistory(
  store: ObjectStore,
  root: string,
  named: string | undefined,
  say: (line: string) => void,
): Promise<ChosenHistory> {
  if (named !== undefined) {
    const ids = await historyIdsByName(store, root);
    if (!ids.includes(named)) throw unknown(ids);
    return { timeline: named, earlier: [] };
  }
  const found = await histories(store, root);
  const at = await lastWithBase(store, root, found, say);
  if (at < 0) throw unknown([]);
  return { timeline: found[at]!.id, earlier: found.slice(0, at) };
}

function unknown(ids: readonly string[]): Error {
  return new Error(`--history must be one of ${ids.join(", ") || "none: the bucket is empty"}`);
}

/**
 * Position of the newest history with a base, since nothing can be restored without a base; else of the newest one.
 * Names the later histories: their data is on the database nodes alone.
 */
async function lastWithBase(
  store: ObjectStore,
  root: string,
  found: readonly KnownHistory[],
  say: (line: string) => void,
): Promise<number> {
  for (let at = found.length - 1; at >= 0; at -= 1) {
    const { id } = found[at]!;
    if ((await store.list(keys.bases(root, id))).length > 0) return at;
    say(`no base     history ${id} has none yet and cannot be restored`);
  }
  return found.length - 1;
}

/**
 * What to add to the error of a restore whose target may be in an earlier history, as after an override; empty: nothing.
 */
export function outsideHint(
  error: unknown,
  timeline: string,
  earlier: readonly KnownHistory[],
): string {
  if (!(error instanceof OutsideError) || earlier.length === 0) return "";
  const names = earlier.map(({ id, since }) => `${id} (begun ${since || "at an unknown time"})`);
  return `; history ${timeline} began later: an earlier one is restored with --history: ${names.join(", ")}`;
}

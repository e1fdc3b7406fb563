import { unitsOnlyIn } from "./manifest";
import { unitDirectory, stateDirectory } from "./directories";
import { runOrThrow, reportStep } from "./run";
import { restoreServices } from "./restore-services";
import { retire } from "./services";
import { endSwap, restore, swapDirectory, unfinishedSwap, type Swap } from "./swap";
import type { UnitState } from "./systemd";
import { writeAtomically } from "./files";

/** The host is not entirely back in its previous state; the message tells what is missing. */
export class RollbackFailed extends Error {}

/** Reloads systemd's configuration if one of these paths is a unit or belongs to one. */
export async function reloadUnits(paths: Iterable<string>): Promise<void> {
  if ([...paths].some((path) => path.startsWith(`${unitDirectory}/`))) {
    await runOrThrow(["/usr/bin/systemctl", "daemon-reload"]);
  }
}

/**
 * Restores files, units, release and services to the state before a swap, then removes its record. During
 * a boot no job is awaited, because the services start after this program.
 *
 * @param earlier states of the previous services before the swap; what still runs unchanged since is not touched.
 *   @default unknown, as after an interrupted run
 *
 * @throws RollbackFailed if something cannot be restored. The record stays, so that the next run or boot retries;
 * services are not touched while a file is missing.
 */
export async function undo(
  swap: Swap,
  booting: boolean,
  earlier?: ReadonlyMap<string, UnitState>,
): Promise<void> {
  const { before, after } = swap;
  const changed = new Set(swap.changed);
  const added = unitsOnlyIn(after, before);
  const isOurs = (unit: string) =>
    changed.has(`${unitDirectory}/${unit}`) ||
    changed.has(`${unitDirectory}/${unit.replace(/@.*\./, "@.")}`);
  // Units are disabled first, because that is impossible once their files are gone.
  const running = await retire(added.filter(isOurs), booting).catch(
    (error: Error) => error.message,
  );
  const problems = restore(swap);
  if (problems.length > 0) {
    throw notBack(
      `${problems.join("; ")}; every other file is restored, and the services were not touched`,
    );
  }
  try {
    await reloadUnits(swap.kept.map(([path]) => path));
    const fromPackages = after.filter(({ unit }) => added.includes(unit) && !isOurs(unit));
    await restoreServices(before, fromPackages, changed, booting, earlier);
    if (running !== undefined) throw new Error(running);
    if (swap.confirmation !== undefined) recordUndoneLogin(swap.confirmation, swap.changed);
    endSwap();
  } catch (error) {
    throw notBack(`every file is restored, but not every service: ${(error as Error).message}`);
  }
}

function notBack(what: string): RollbackFailed {
  const later = `the next run or boot tries again with the copies in ${swapDirectory}`;
  return new RollbackFailed(`the host could not be rolled back completely: ${what}; ${later}`);
}

/**
 * Undoes the swap of an interrupted run. Returns false if there is none.
 *
 * @throws RollbackFailed if it cannot be undone; Error if its record cannot be read.
 */
export async function recover(booting: boolean): Promise<boolean> {
  const swap = unfinishedSwap();
  if (!swap) return false;
  reportStep("recover", "the last run was interrupted: its changes are undone");
  await undo(swap, booting);
  return true;
}

/** File that records the last undone change of login files, for the next caller. */
export const undonePath = `${stateDirectory}/undone.json`;

/**
 * Records that an unconfirmed change was undone.
 *
 * @param id id of its run.
 */
function recordUndoneLogin(id: string, files: readonly string[]): void {
  try {
    const content = `${JSON.stringify({ id, files })}\n`;
    writeAtomically(undonePath, { content, owner: "root", group: "root", mode: "0600" });
  } catch (error) {
    reportStep("left out", (error as Error).message);
  }
}

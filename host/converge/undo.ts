import { leaving } from "./manifest";
import { unitDirectory } from "./places";
import { must, say } from "./run";
import { putBack, retire } from "./services";
import { endSwap, restore, swapDirectory, unfinishedSwap, type Swap } from "./swap";
import { recordUndone } from "./undone";

/** That a host is not wholly what it was before a run; the message says what is not. */
export class NotBack extends Error {}

/** Lets systemd read its units again if one of these paths is a unit or belongs to one. */
export async function reloadUnits(paths: Iterable<string>): Promise<void> {
  if ([...paths].some((path) => path.startsWith(`${unitDirectory}/`))) {
    await must(["/usr/bin/systemctl", "daemon-reload"]);
  }
}

/**
 * Puts files, units, release and services back to what they were before a swap, then forgets the
 * swap. While a boot is under way no job is waited for: the services come after this.
 *
 * @throws NotBack if something cannot be put back. The record stays, so that the next run or boot
 * tries again; services are left alone while a file is not back.
 */
export async function undo(swap: Swap, booting: boolean): Promise<void> {
  const { before, after } = swap;
  const changed = new Set(swap.changed);
  const added = leaving(after, before);
  const isOurs = (unit: string) =>
    changed.has(`${unitDirectory}/${unit}`) ||
    changed.has(`${unitDirectory}/${unit.replace(/@.*\./, "@.")}`);
  // First, because a unit cannot be turned off any more when its file is gone.
  await retire(added.filter(isOurs), booting);
  const problems = restore(swap);
  if (problems.length > 0) {
    throw notBack(
      `${problems.join("; ")}; every other file is back, and the services were left as they are`,
    );
  }
  try {
    await reloadUnits(swap.kept.map(([path]) => path));
    const fromPackages = after.filter(({ unit }) => added.includes(unit) && !isOurs(unit));
    await putBack(before, fromPackages, changed, booting);
    if (swap.confirmation !== undefined) recordUndone(swap.confirmation, swap.changed);
    endSwap();
  } catch (error) {
    throw notBack(`every file is back, but not every service: ${(error as Error).message}`);
  }
}

function notBack(what: string): NotBack {
  const later = `the next run and the next boot try again with the copies in ${swapDirectory}`;
  return new NotBack(`the host was not put back to what it was: ${what}; ${later}`);
}

/**
 * Undoes the swap of a run that was interrupted, if there is one. Returns whether there was.
 *
 * @throws NotBack if it cannot be undone; Error if its record cannot be read.
 */
export async function recover(booting: boolean): Promise<boolean> {
  const swap = unfinishedSwap();
  if (!swap) return false;
  say("recover", "the last run was interrupted; what it changed is put back");
  await undo(swap, booting);
  return true;
}

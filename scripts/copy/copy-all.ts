import { keys } from "../../host/archiver/chain/manifest";
import { historyIds } from "../restore/read-chain";
import { Copier } from "./copier";
import { copyHistory } from "./copy-history";
import { type CopyLag, copyLag, endsOf } from "./end";
import { named, RetryingStores, type Stores } from "./stores";

/** Largest number of passes. Each pass copies what was archived during the previous one. */
const maxPasses = 3;

/** Arguments of {@link copyAll}. */
export interface CopyArgs {
  root: string;
  /** True: also objects that the copy already has are read and compared. */
  verify: boolean;
  /** How far the copy may end behind the target, seconds. */
  mostBehindSeconds: number;
  say: (line: string) => void;
  nowMs: () => number;
}

/** Result of {@link copyAll}. */
export interface Copied {
  /** Faults, a line for each object that was not copied; empty: none. */
  faults: readonly string[];
  /** How far the copy of the newest history ends behind the target; undefined: no history has a base. */
  behind: CopyLag | undefined;
}

/**
 * Copies all histories of a stack, the newest first.
 *
 * @throws StoreError if a store fails for too long; Error if the target has no backups.
 */
export async function copyAll(stores: Stores, args: CopyArgs): Promise<Copied> {
  for (let pass = 1; ; pass += 1) {
    const { copier, newest } = await copyOnce(new RetryingStores(stores), {
      ...args,
      verify: args.verify && pass === 1,
    });
    args.say(`copied      ${copier.total}`);
    const { faults } = copier;
    if (newest === undefined) return { faults, behind: undefined };
    const found = await behindNow(copier, newest, args);
    const isEnd = !found.isTooFar || copier.objects === 0 || pass === maxPasses;
    if (isEnd) return { faults, behind: found };
  }
}

async function copyOnce(
  patient: RetryingStores,
  { root, verify, say }: CopyArgs,
): Promise<{ copier: Copier; newest: string | undefined }> {
  const histories = await patient.tried("from", (store) => historyIds(store, root));
  if (histories.length === 0) {
    throw new Error(
      `${named.from} must have backups below ${root}/, got none; look at npm run db:status`,
    );
  }
  const has = new Set(await patient.list("to", keys.timelines(root)));
  const copier = new Copier(patient, { root, has, verify, say });
  let newest: string | undefined;
  for (const timeline of histories.reverse()) {
    const hasBase = await copyHistory(copier, timeline);
    const note = hasBase ? "" : " has no base yet: its record follows with its first base";
    say(`history     ${timeline}${note}`);
    if (hasBase) newest ??= timeline;
  }
  return { copier, newest };
}

async function behindNow(
  { stores, args: { root, has } }: Copier,
  timeline: string,
  { mostBehindSeconds, nowMs }: CopyArgs,
): Promise<CopyLag> {
  const ends = await endsOf(stores, { root, timeline, has });
  return copyLag(ends, mostBehindSeconds, nowMs());
}

import { randomInt } from "node:crypto";
import { timeOf } from "../../host/archiver/chain/manifest";
import { bytesOf, keys } from "../../host/archiver/chain/manifest";
import type { ObjectStore } from "../../host/archiver/store/object-store";
import type { Inspected } from "./check-restored";
import { newestUs, plan, type Plan } from "./plan";
import type { Archive } from "./read-chain";
import type { Restored } from "./replay";
import { type Target, timeText } from "./target";

/** Window of time for a random moment, microseconds since 1970. */
export interface Window {
  fromUs: number;
  toUs: number;
}

/**
 * The window of restorable moments without a gap.
 *
 * @param kind `newest`: from the newest base on; `all`: from the oldest base with an unbroken chain to the end.
 * @throws Error if the archive has no base, or if the chain from the newest base to the end is broken.
 */
export function windowOf({ bases, links }: Archive, kind: "newest" | "all"): Window {
  const newestFirst = [...bases].sort((a, b) => (a.id < b.id ? 1 : -1));
  const faultsOf = (i: number) => plan([newestFirst[i]!], links, { kind: "latest" }).faults;
  if (newestFirst.length === 0) throw new Error("there is no base");
  const [fault] = faultsOf(0);
  if (fault !== undefined) throw new Error(`the log behind the newest base is not whole: ${fault}`);
  let first = 0;
  while (kind === "all" && first + 1 < newestFirst.length && faultsOf(first + 1).length === 0) {
    first += 1;
  }
  const fromUs = timeOf(newestFirst[first]!.id) * 1_000;
  return { fromUs, toUs: Math.max(fromUs, newestUs(links)) };
}

/**
 * A random moment of a window; the window's end if the window is empty.
 *
 * @param draw returns a random integer from 0 up to its argument, exclusive.
 */
export function momentIn(
  { fromUs, toUs }: Window,
  draw: (below: number) => number = randomInt,
): Target {
  if (toUs <= fromUs) return { kind: "latest" };
  // A draw has 48 bits: a window of nine years in microseconds.
  return { kind: "time", us: fromUs + draw(toUs - fromUs + 1) };
}

/** A comparison of all rows: the log replayed from one base to the next. */
export interface Compared {
  /** Ids of the two bases. */
  from: string;
  to: string;
  tables: number;
}

/** A successful restore. */
export interface Proved {
  /** Id of the history that was restored: a proof of another history than that of the data counts for nothing. */
  timeline: string;
  plan: Plan;
  target: Target;
  restored: Restored;
  /** Checked tables. */
  tables: readonly Inspected[];
  /** Time since the archive was read, milliseconds. */
  ms: number;
  /** Newest commit in the archive at the start of the restore, microseconds since 1970. */
  endUs: number;
  /** Undefined: no rows could be compared. */
  compared?: Compared | undefined;
}

/**
 * True if a restored and checked database proves the stack's backups: its whole newest history was restored.
 *
 * @param history the history that the operator named, such as one that ended; undefined: none was named.
 */
export function isProof({
  plan,
  target,
  history,
}: Pick<Proved, "plan" | "target"> & { history: string | undefined }): boolean {
  return plan.faults.length === 0 && target.kind === "latest" && history === undefined;
}

function idAt(at: Date): string {
  return at.toISOString().replace(/[-:]|\.\d+/g, "");
}

/** Writes a record of the proof into the bucket. A stack without a proof for a day counts as unsafe. */
export async function sayProved(store: ObjectStore, root: string, proved: Proved): Promise<string> {
  const { timeline, plan, target, restored, tables, ms, endUs, compared } = proved;
  const at = new Date();
  const id = idAt(at);
  const behindMs = at.getTime() - ms - endUs / 1_000;
  const proof = {
    version: 1,
    ...{
      id,
      timeline,
      base: plan.base.id,
      links: plan.links.length,
      seconds: ms / 1_000,
      behindMs,
    },
    to: target.kind === "time" ? timeText(target.us) : target.kind,
    tables: tables.length,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    ...(compared ? { compared } : {}),
  };
  await store.put(keys.proof(root, id), bytesOf({ ...proof, ...restored }));
  return `proved      ${id}, ${(behindMs / 1_000).toFixed(1)} s behind when it began`;
}

/**
 * Writes a record of a failed proof into the bucket.
 *
 * @param timeline id of the history that was to be proved; undefined: the failure came before a history was chosen.
 */
export async function sayFailed(
  store: ObjectStore,
  root: string,
  reason: string,
  timeline?: string,
): Promise<void> {
  const id = idAt(new Date());
  await store.put(keys.failure(root, id), bytesOf({ version: 1, id, timeline, reason }));
}

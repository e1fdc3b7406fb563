import { bytesOf, keys } from "../../host/archiver/chain/manifest";
import type { ObjectStore } from "../../host/archiver/store/object-store";
import type { Inspected } from "./inspect";
import type { Plan } from "./plan";
import type { Restored } from "./replay";
import { type Target, timeText } from "./target";

/** A comparison of all rows: the log replayed from one base to the next. */
export interface Compared {
  /** Ids of the two bases. */
  from: string;
  to: string;
  tables: number;
}

/** A successful restore. */
export interface Proved {
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

function idAt(at: Date): string {
  return at.toISOString().replace(/[-:]|\.\d+/g, "");
}

/** Writes a record of the proof into the bucket. A stack without a proof for a day counts as unsafe. */
export async function sayProved(store: ObjectStore, root: string, proved: Proved): Promise<string> {
  const { plan, target, restored, tables, ms, endUs, compared } = proved;
  const at = new Date();
  const id = idAt(at);
  const behindMs = at.getTime() - ms - endUs / 1_000;
  const proof = {
    version: 1,
    ...{ id, base: plan.base.id, links: plan.links.length, seconds: ms / 1_000, behindMs },
    to: target.kind === "time" ? timeText(target.us) : target.kind,
    tables: tables.length,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    ...(compared ? { compared } : {}),
  };
  await store.put(keys.proof(root, id), bytesOf({ ...proof, ...restored }));
  return `proved      ${id}, ${(behindMs / 1_000).toFixed(1)} s behind when it began`;
}

/** Writes a record of a failed proof into the bucket. */
export async function sayFailed(store: ObjectStore, root: string, reason: string): Promise<void> {
  const id = idAt(new Date());
  await store.put(keys.failure(root, id), bytesOf({ version: 1, id, reason }));
}

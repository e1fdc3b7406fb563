import { NewestObjects } from "../../host/archiver/newest-objects";
import type { ObjectStore } from "../../host/archiver/store/object-store";
import type { Pruning } from "./pruning";

/** A history in a store. */
export interface JudgedHistory {
  store: ObjectStore;
  root: string;
  timeline: string;
  /** Time by this machine's clock, milliseconds since 1970. */
  nowMs: number;
}

/**
 * The plan, refused if the last proof of the history failed: the new backups may be worth nothing, as after a change to
 * a key whose identity nobody has, and each run would delete some more of those that can be restored.
 *
 * @throws StoreError if the store fails.
 */
export async function refusedUnproved(
  made: Pruning,
  { store, root, timeline, nowMs }: JudgedHistory,
): Promise<Pruning> {
  const { bases, links, data, parts, dumps, dumpParts } = made;
  const gone = [bases, links, data, parts, dumps, dumpParts];
  if (made.refused !== "" || gone.every(({ length }) => length === 0)) return made;
  const { proof, failedProof } = await new NewestObjects(store, root).of(timeline, nowMs);
  if (failedProof <= proof) return made;
  const refused =
    `the last proof failed, and proof-failures/${failedProof}.json says why: what is old may be all that can be restored; ` +
    "repeat this once npm run db:prove ends with proved, or with --unproved";
  const nothing = { bases: [], links: [], data: [], parts: [], dumps: [], dumpParts: [] };
  return { ...made, ...nothing, refused };
}

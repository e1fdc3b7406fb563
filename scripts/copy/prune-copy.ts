import type { Retention } from "../../config/backups-schema";
import type { ObjectStore } from "../../host/archiver/store/object-store";
import { type Found, type Pruning, pruning } from "../prune/pruning";
import { readHistory } from "../prune/history";
import { removePlanned, pruningLines } from "../prune/remove-planned";
import type { Remover } from "../prune/removers";
import { historyIds } from "../restore/read-chain";
import { named } from "./stores";

/** Arguments of {@link pruneCopy}. */
export interface PruneArgs {
  from: ObjectStore;
  to: ObjectStore;
  root: string;
  retention: Retention;
  /** Deletes objects of the copy. @default nothing is deleted; the plan is only printed */
  remover?: Pick<Remover, "remove"> | undefined;
  nowMs: number;
  say: (line: string) => void;
}

/**
 * Deletes objects from the copy that are older than the retention and that the target does not have any more. Objects
 * that the target lost otherwise stay in the copy.
 *
 * @returns false if a deletion was refused; the reason was printed.
 */
export async function pruneCopy(args: PruneArgs): Promise<boolean> {
  const { from, to, root, retention, remover, nowMs, say } = args;
  const known = await historyIds(from, root);
  let isRefused = false;
  for (const timeline of await historyIds(to, root)) {
    if (!known.includes(timeline)) {
      say(`keeps       history ${timeline}: ${named.from} does not have it`);
      continue;
    }
    const source = await readHistory(from, root, timeline);
    const there = pruning(await readHistory(to, root, timeline), retention, nowMs);
    const { refused } = pruning(source, retention, nowMs);
    const made = removableFrom(there, source, refused === "" ? "" : `${named.from}: ${refused}`);
    for (const line of pruningLines(timeline, made)) say(line);
    isRefused ||= made.refused !== "";
    if (made.refused === "" && remover) await removePlanned(remover, { root, timeline, made });
  }
  return !isRefused;
}

/**
 * The part of a plan for the copy whose objects the target does not have any more; a fault of the target refuses the
 * whole plan.
 */
export function removableFrom(made: Pruning, source: Found, fault: string): Pruning {
  const inSource = {
    bases: new Set(source.bases.map(({ id }) => id)),
    links: new Set(source.linkNumbers),
    dumps: new Set(source.dumps),
    keys: new Set([...source.data, ...source.parts, ...source.dumpParts].map(({ key }) => key)),
  };
  const isGone = (key: string) => !inSource.keys.has(key);
  return {
    ...made,
    refused: made.refused || fault,
    bases: made.bases.filter((id) => !inSource.bases.has(id)),
    links: made.links.filter((number) => !inSource.links.has(number)),
    dumps: made.dumps.filter((id) => !inSource.dumps.has(id)),
    data: made.data.filter(isGone),
    parts: made.parts.filter(isGone),
    dumpParts: made.dumpParts.filter(isGone),
  };
}

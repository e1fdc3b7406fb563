import type { Retention } from "../../config/backups-schema";
import type { ObjectStore } from "../../host/archiver/store/object-store";
import { type Found, type Pruning, pruning } from "../prune/pruning";
import { readHistory } from "../prune/read-history";
import { removePlanned } from "../prune/remove-planned";
import type { Remover } from "../prune/removers";
import { pruningLines } from "../prune/report";
import { timelines } from "../restore/read-chain";
import { named } from "./stores";

/** Arguments of {@link pruneCopy}. */
export interface PruneArgs {
  from: ObjectStore;
  to: ObjectStore;
  root: string;
  retention: Retention;
  /** What deletes from the copy. @default nothing is deleted, and the plan is said alone */
  remover?: Pick<Remover, "remove"> | undefined;
  nowMs: number;
  say: (line: string) => void;
}

/**
 * Deletes from the copy what retention lets go of and the target does not have any more. What the target lost
 * in another way stays in the copy.
 *
 * @returns false if something may not be deleted for a reason that was said.
 */
export async function pruneCopy(args: PruneArgs): Promise<boolean> {
  const { from, to, root, retention, remover, nowMs, say } = args;
  const known = await timelines(from, root);
  let isRefused = false;
  for (const timeline of await timelines(to, root)) {
    if (!known.includes(timeline)) {
      say(`keeps       history ${timeline}: ${named.from} does not have it`);
      continue;
    }
    const source = await readHistory(from, root, timeline);
    const there = pruning(await readHistory(to, root, timeline), retention, nowMs);
    const { refused } = pruning(source, retention, nowMs);
    const made = goneOf(there, source, refused === "" ? "" : `${named.from}: ${refused}`);
    for (const line of pruningLines(timeline, made)) say(line);
    isRefused ||= made.refused !== "";
    if (made.refused === "" && remover) await removePlanned(remover, { root, timeline, made });
  }
  return !isRefused;
}

/** The part of a plan for the copy that the target does not have any more; a fault of the target refuses all. */
export function goneOf(made: Pruning, source: Found, fault: string): Pruning {
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

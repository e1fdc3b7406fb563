import { listBases } from "../../host/archiver/chain/reading";
import type { Base } from "../../host/archiver/chain/manifest";
import type { ObjectStore } from "../../host/archiver/store/object-store";
import { isEarlier, plan, type Plan } from "./plan";
import { type Archive, ChainReader } from "./read-chain";
import type { Target } from "./target";

/** A plan, and the part of the archive that it was made from. */
export interface PlannedArchive {
  plan: Plan;
  /** All bases, and the links from the chosen base on to the end. */
  archive: Archive;
  /** Bases that are left out since their manifest is damaged, a line with the fix each. */
  damaged: readonly string[];
}

/**
 * Plans a restore without reading the links before its base: a chain has 8 640 links a day. The key of a link is its
 * number, and each base names its preceding link. So this function first reads the links after the newest possible
 * base, and the links after an older base only if the newer base does not reach the target without a fault. The plan is
 * the same as with all links.
 *
 * @throws Error if no base is before the target, or if the archive ends before the target.
 */
export async function readFor(
  store: ObjectStore,
  root: string,
  timeline: string,
  target: Target,
): Promise<PlannedArchive> {
  const damaged: string[] = [];
  const bases = await listBases(store, root, timeline, ({ message }) => damaged.push(message));
  const reader = new ChainReader(store, root, timeline);
  const marks = bases.map(({ link }) => link);
  const oldest = Math.min(...marks);
  let mark = Infinity;
  for (const { link } of candidates(bases, target)) {
    mark = Math.min(mark, link);
    if (mark === oldest) break;
    // Includes the link before the base: the next link contains the checksum of that link.
    await reader.readAfter(mark - 1);
    const some = bases.filter(isFrom(mark));
    const links = reader.links(some.map((base) => base.link));
    const made = tried(some, links, target);
    if (made?.faults.length === 0) {
      return { plan: made, archive: { timeline, bases, links }, damaged };
    }
  }
  if (bases.length > 0) await reader.readAfter(oldest);
  const links = bases.length > 0 ? reader.links(marks) : [];
  return { plan: plan(bases, links, target), archive: { timeline, bases, links }, damaged };
}

function isFrom(mark: number): (base: Base) => boolean {
  return ({ link }) => link >= mark;
}

/** Bases from which a restore to the target may begin, newest first. */
function candidates(bases: readonly Base[], target: Target): Base[] {
  const newestFirst = [...bases].sort((a, b) => (a.id < b.id ? 1 : -1));
  return target.kind === "time"
    ? newestFirst.filter((base) => isEarlier(base, target.us))
    : newestFirst;
}

/** Undefined: these links do not reach the target; an older base may. */
function tried(...args: Parameters<typeof plan>): Plan | undefined {
  try {
    return plan(...args);
  } catch {
    return undefined;
  }
}

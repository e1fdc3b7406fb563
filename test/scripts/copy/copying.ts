import {
  type Base,
  type Dump,
  keys,
  type Link,
  sha256,
} from "../../../host/archiver/chain/manifest";
import type { ObjectStore } from "../../../host/archiver/store/object-store";
import { copyAll, type Copied } from "../../../scripts/copy/copy-all";
import { plan } from "../../../scripts/restore/plan";
import { readArchive, historyIds } from "../../../scripts/restore/read-chain";
import { MemoryStore } from "../../host/archiver/memory-store";
import { root, startMs } from "./archive";

/** Copies without waits between attempts, with what differs from the usual arguments. */
export async function copied(
  from: ObjectStore,
  to: ObjectStore,
  differs: { verify?: boolean; mostBehindSeconds?: number; say?: (line: string) => void } = {},
  waitsMs: readonly number[] = [],
): Promise<Copied> {
  const usual = { root, verify: false, mostBehindSeconds: 60, say: () => undefined };
  return copyAll({ from, to, waitsMs }, { ...usual, nowMs: () => startMs, ...differs });
}

/** A store that calls before each put, and is cut off there if that throws. */
export class WatchedStore extends MemoryStore {
  beforePut: (key: string) => void | Promise<void> = () => undefined;

  override async put(key: string, content: Buffer): Promise<void> {
    await this.beforePut(key);
    await super.put(key, content);
  }
}

/** What is wrong with the objects of a copy: a manifest whose object is missing or another one. */
export function brokenIn({ objects }: MemoryStore): string[] {
  const wrong: string[] = [];
  for (const [key, content] of objects) {
    if (!key.endsWith(".json") || key.includes("/timelines/")) continue;
    const {
      segment,
      parts = [],
      accounts,
    } = JSON.parse(content.toString()) as Partial<Link & Base & Dump>;
    const wanted = [...parts, ...(segment ? [segment] : []), ...(accounts ? [accounts] : [])];
    for (const part of wanted) {
      const found = objects.get(`${root}/${part.key}`);
      if (!found || sha256(found) !== part.sha256) wrong.push(`${key} refers to ${part.key}`);
    }
  }
  return wrong;
}

/**
 * Number of the last transaction that a restore of the newest history reaches; 0: there is no history yet.
 *
 * @throws Error if that restore has gaps.
 */
export async function reached(store: ObjectStore): Promise<number> {
  const timeline = (await historyIds(store, root)).at(-1);
  if (timeline === undefined) return 0;
  const { bases, links } = await readArchive(store, root, timeline);
  const { base, links: chosen, faults } = plan(bases, links, { kind: "latest" });
  if (faults.length > 0) throw new Error(faults.join("; "));
  return Number(/(\d+)$/.exec(chosen.at(-1)?.segment?.gtids ?? base.gtids)?.[1] ?? 0);
}

/** Content of a store by key, without what is never copied. */
export function contentOf({ objects }: MemoryStore): Record<string, string> {
  const records = [keys.proofs(root), keys.failures(root)];
  return Object.fromEntries(
    [...objects]
      .filter(([key]) => !records.some((folder) => key.startsWith(folder)))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, content]) => [key, content.toString()]),
  );
}

import type { ObjectStore } from "../store/object-store";
import { type Base, keys } from "./manifest";

/** Bases of a timeline, oldest first; a base counts once its manifest exists. */
export async function listBases(
  store: ObjectStore,
  root: string,
  timeline: string,
): Promise<Base[]> {
  const found = await store.list(keys.bases(root, timeline));
  const bases = await Promise.all(found.map((key) => store.get(key)));
  return bases.flatMap((content) => (content ? [JSON.parse(content.toString()) as Base] : []));
}

/** Newest base of a timeline; undefined: none. */
export async function newestBase(
  store: ObjectStore,
  root: string,
  timeline: string,
): Promise<Base | undefined> {
  const key = (await store.list(keys.bases(root, timeline))).at(-1);
  const content = key && (await store.get(key));
  return content ? (JSON.parse(content.toString()) as Base) : undefined;
}

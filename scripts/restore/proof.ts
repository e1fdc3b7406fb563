import { bytesOf, keys } from "../../host/archiver/chain/manifest";
import type { ObjectStore } from "../../host/archiver/store/object-store";
import type { Plan } from "./plan";
import type { Restored } from "./replay";

/** Says in the bucket what was proved. A stack of which nobody says so for a day is not safe. */
export async function sayProved(
  store: ObjectStore,
  root: string,
  { restored, plan: { base, links }, ms }: { restored: Restored; plan: Plan; ms: number },
): Promise<string> {
  const at = new Date();
  const id = at.toISOString().replace(/[-:]|\.\d+/g, "");
  const behindMs = at.getTime() - ms - restored.lastUs / 1_000;
  const seconds = ms / 1_000;
  const proof = { version: 1, id, base: base.id, links: links.length, seconds, behindMs };
  await store.put(keys.proof(root, id), bytesOf({ ...proof, ...restored }));
  return `proved      ${id}, ${(behindMs / 1_000).toFixed(1)} s behind when it began`;
}

import { RefusedError } from "../../host/archiver/store/object-store";
import { operatorStore } from "./operator-store";
import type { Backups } from "./bucket";
import { overwrittenHint, overwrittenIn, VersionedBucket } from "./versioned-bucket";

/**
 * Looks for overwritten objects of a stack in a bucket that keeps versions: the archive never overwrites. Prints why it
 * did not look, or what it found.
 *
 * @throws Error that names overwritten objects, unless their oldest versions are read.
 */
export async function checkOverwritten(
  { target, root, oldestVersions = false }: Backups,
  say: (line: string) => void,
  bucket: unknown = operatorStore(target),
): Promise<void> {
  if (!(bucket instanceof VersionedBucket)) return;
  try {
    const { count, keys } = await overwrittenIn(bucket, `${root}/`);
    if (count === 0) return;
    const what = `${count} objects were overwritten after they were put: ${keys.join(", ")}`;
    if (!oldestVersions) throw new Error(`${what}. ${overwrittenHint}`);
    say(`note: ${what}; what was put first is read`);
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    say(`note: overwritten objects were not looked for: ${error.message}`);
  }
}

import { isDeepStrictEqual } from "node:util";
import type { Difference, PropertyChange } from "../plugin/plugin";
import { isMap, type Values } from "../plugin/values";

/**
 * Ignored properties. The local path of an archive is not state; the archive's digest is. The other hosts of a tier or
 * of the stack are no state of this host.
 */
const ignored = new Set([
  ...["hostKey", "tier", "everyHost", "release.archive", "release.runtimeArchive"],
]);

function member(parent: string, key: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) return parent === "" ? key : `${parent}.${key}`;
  return `${parent}[${JSON.stringify(key)}]`;
}

/** Every value that differs, compared as deep as both sides have the same shape. */
export function differences(before: unknown, after: unknown, path = ""): PropertyChange[] {
  if (ignored.has(path) || isDeepStrictEqual(before, after)) return [];
  if (before === undefined) return [{ path, kind: "add" }];
  if (after === undefined) return [{ path, kind: "delete" }];
  if (isMap(before) && isMap(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => differences(before[key], after[key], member(path, key)));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }).flatMap((_, i) =>
      differences(before[i], after[i], `${path}[${i}]`),
    );
  }
  return [{ path, kind: "update" }];
}

/** A difference that an update applies in place, shown as changes of the inputs. */
export function inPlace(changes: PropertyChange[]): Difference {
  return { changes, deleteBeforeReplace: false, isOfInputs: true };
}

/** Parts of a connection that are the route to the host, not its identity. */
const way = /^connection\.(bastions|connectTimeoutSeconds|firstContactKey|user|privateKey|port)\b/;

/** True if only the route to the host differs, so that the host itself does not change. */
export function onlyWayChanged(before: Values, after: Values): boolean {
  return differences(before, after).every(({ path }) => way.test(path));
}

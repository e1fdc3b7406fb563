import { isDeepStrictEqual } from "node:util";
import type { Difference, PropertyChange } from "../plugin/plugin";
import { isMap, type Values } from "../plugin/values";

/** Where the archive lies on the machine of `pulumi up` is no state; its digest is. */
const ignored = new Set(["hostKey", "release.archive", "release.runtimeArchive"]);

function member(parent: string, key: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) return parent === "" ? key : `${parent}.${key}`;
  return `${parent}[${JSON.stringify(key)}]`;
}

/** Every value that differs, as deep as both sides have the same shape. */
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

/** Changes that an update makes good in place, shown as those of the inputs. */
export function inPlace(changes: PropertyChange[]): Difference {
  return { changes, deleteBeforeReplace: false, isOfInputs: true };
}

/** Parts of a connection that say how to get to the host, not which host it is. */
const way = /^connection\.(bastions|connectTimeoutSeconds|user|privateKey|port)\b/;

/** True if the host itself stays as it is: nothing differs but the way to it. */
export function onlyWayChanged(before: Values, after: Values): boolean {
  return differences(before, after).every(({ path }) => way.test(path));
}

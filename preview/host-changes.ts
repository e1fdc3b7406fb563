import type { BundleService } from "../services/bundle";
import { lineDiff } from "./line-diff";
import type { FileChange, UnitChange } from "./model";
import type { Step } from "./plan";
import { isSecret, isUnknown, mapOf } from "./values";

const inMap = /^(files|secrets|attributes)(?:\["([^"]+)"\]|\.([A-Za-z0-9_]+))/;

/** The files of a host that a step of its configuration changes, sorted by path. */
export function fileChanges({ before, after, changed }: Step): FileChange[] {
  const [old, next] = [mapOf(before.files), mapOf(after.files)];
  const attributes = [mapOf(before.attributes), mapOf(after.attributes)] as const;
  const paths = new Set([...Object.keys(old), ...Object.keys(next)]);
  const plain = [...paths]
    .filter((path) => old[path] !== next[path] || attributes[0][path] !== attributes[1][path])
    .map((path) => plainChange(path, old[path], next[path]));
  const named = changed.flatMap((key) => {
    const [, map, quoted, bare] = inMap.exec(key) ?? [];
    return map === "files" ? [] : (quoted ?? bare ?? []);
  });
  // A refresh names no paths, and shows a secret file that was changed by hand in its attributes alone.
  const [owned, owning] = attributes;
  const differing = [...Object.keys(owned), ...Object.keys(owning)].filter(
    (path) => owned[path] !== owning[path],
  );
  const secret = [...named, ...differing]
    .filter((path) => !paths.has(path))
    .map((path): FileChange => ({
      ...{ path, kind: kindOf(attributes, path), lines: [], isSecret: true },
    }));
  const byPath = new Map([...plain, ...secret].map((change) => [change.path, change]));
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function kindOf(
  [before, after]: readonly [Record<string, unknown>, Record<string, unknown>],
  path: string,
): FileChange["kind"] {
  if (path in after && !(path in before)) return "added";
  return path in before && !(path in after) ? "removed" : "changed";
}

function plainChange(path: string, before: unknown, after: unknown): FileChange {
  const kind = before === undefined ? "added" : after === undefined ? "removed" : "changed";
  const hidden = [before, after].some(isSecret);
  const isReadable = !hidden && ![before, after].some(isUnknown);
  // The lines of a compiled program of the project are not readable.
  const isCompiled = path.endsWith(".js");
  const lines =
    isReadable && !isCompiled ? lineDiff(String(before ?? ""), String(after ?? "")) : [];
  return { path, kind, lines, isSecret: hidden };
}

function servicesOf(value: unknown): BundleService[] {
  return Array.isArray(value) ? (value as BundleService[]) : [];
}

/** Packages that a step of a host's configuration adds; a host removes none. */
export function addedPackages({ before, after }: Step): string[] {
  const [old, next] = [before.packages, after.packages].map((all) =>
    Array.isArray(all) ? all.map(String) : [],
  );
  return next!.filter((name) => !old!.includes(name));
}

/** Number of processes of the app that a host runs both before and after a step of its configuration. */
export function appProcesses({ before, after }: Step): number {
  const units = (side: unknown) => servicesOf(side).filter(({ unit }) => isAppProcess(unit));
  return Math.min(units(before.services).length, units(after.services).length);
}

/** True for the unit of a process of the app that answers visitors, such as `app@1.service`. */
export function isAppProcess(unit: string): boolean {
  return unit.startsWith("app@");
}

/**
 * Reloads and restarts of a host's units for changed paths, by the rule of the host's own `verbFor`
 * (host/converge/services.ts): a restart takes precedence over a reload.
 */
export function unitChanges({ before, after }: Step, paths: readonly string[]): UnitChange[] {
  const [old, next] = [servicesOf(before.services), servicesOf(after.services)];
  const isOf = (units: readonly BundleService[], { unit }: BundleService) =>
    units.some((one) => one.unit === unit);
  const hit = (files: readonly string[]) => paths.filter((path) => files.includes(path));
  return [
    ...next.flatMap((service): UnitChange[] => {
      const { unit, restartFiles, reloadFiles } = service;
      if (!isOf(old, service)) return [{ unit, verb: "start", because: [] }];
      if (hit(restartFiles).length > 0) {
        const drained = service.aside ? { drained: true } : {};
        return [{ unit, verb: "restart", because: hit(restartFiles), ...drained }];
      }
      if (hit(reloadFiles).length === 0) return [];
      return [{ unit, verb: "reload", because: hit(reloadFiles) }];
    }),
    ...old
      .filter((service) => !isOf(next, service))
      .map(({ unit }): UnitChange => {
        const template = unit.split("@")[0]!;
        const hasOthers = next.some((one) => one.unit.startsWith(`${template}@`));
        return { unit, verb: "stop", because: [], ...(hasOthers ? { hasOthers } : {}) };
      }),
  ];
}

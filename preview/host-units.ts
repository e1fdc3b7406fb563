import type { BundleService } from "../services/bundle";
import type { UnitChange } from "./model";
import type { Step } from "./plan";

function servicesOf(value: unknown): BundleService[] {
  return Array.isArray(value) ? (value as BundleService[]) : [];
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
      .map(({ unit }): UnitChange => ({ unit, verb: "stop", because: [] })),
  ];
}

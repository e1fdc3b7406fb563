import type { BundleCheck } from "./bundle";

/** Unit files that belong together, by absolute path. */
export interface UnitFiles {
  /** Drop-ins of packaged units. @default none */
  dropIns?: readonly string[];
  /** Names of the packaged units that they belong to, such as `haproxy.service`. @default none */
  packaged?: readonly string[];
  /** Whole units. @default none */
  own?: readonly string[];
}

/**
 * A check of unit files: drop-ins by path with the packaged units that they belong to, and whole units
 * by path. Faults of units that they only refer to do not count.
 */
export function unitCheck(
  dropIns: readonly string[],
  packaged: readonly string[],
  own: readonly string[],
): BundleCheck {
  return {
    files: [...dropIns, ...own],
    command: [
      ...["/usr/bin/systemd-analyze", "verify", "--man=no", "--recursive-errors=no"],
      ...[...packaged, ...own],
    ],
  };
}

/** One check of the unit files of several services; none if there are none. */
export function unitChecks(all: readonly UnitFiles[]): BundleCheck[] {
  if (all.length === 0) return [];
  // The order means nothing to systemd; kept, it plans no change of a stack that is there.
  const ordered = [...all.filter((one) => !one.packaged), ...all.filter((one) => one.packaged)];
  return [
    unitCheck(
      all.flatMap(({ dropIns = [] }) => dropIns),
      all.flatMap(({ packaged = [] }) => packaged),
      ordered.flatMap(({ own = [] }) => own),
    ),
  ];
}

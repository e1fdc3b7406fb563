import type { BundleCheck } from "./bundle";
import { generatedNotice, text } from "./text";

/** Unit files that belong together, by absolute path. */
export interface UnitFiles {
  /** Drop-ins of packaged units. @default none */
  dropIns?: readonly string[];
  /** Names of the packaged units that the drop-ins extend, such as `haproxy.service`. @default none */
  packaged?: readonly string[];
  /** Whole units. @default none */
  own?: readonly string[];
}

/**
 * A check of unit files: drop-ins by path with the packaged units that they extend, and whole units
 * by path. Faults in other units, to which these refer, do not fail the check.
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

/** One check of the unit files of several services; none without unit files. */
export function unitChecks(all: readonly UnitFiles[]): BundleCheck[] {
  if (all.length === 0) return [];
  // systemd ignores the order. A stable order keeps the bundle of an existing stack unchanged.
  const ordered = [...all.filter((one) => !one.packaged), ...all.filter((one) => one.packaged)];
  return [
    unitCheck(
      all.flatMap(({ dropIns = [] }) => dropIns),
      all.flatMap(({ packaged = [] }) => packaged),
      ordered.flatMap(({ own = [] }) => own),
    ),
  ];
}

/**
 * Drop-in of a packaged unit: the unit starts once the private network is up, and restarts whenever it exits.
 *
 * @param restartMs wait before a restart, milliseconds.
 * @param more further lines for the section `[Service]`.
 */
export function alwaysRestarted(restartMs = 100, more: readonly string[] = []): string {
  return text`
    ${generatedNotice}
    [Unit]
    After=webstack-network-ready.service
    StartLimitIntervalSec=0

    [Service]
    Restart=always
    RestartSec=${restartMs}ms
    ${more}
  `;
}

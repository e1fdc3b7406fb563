import type { Plan } from "./plan";
import { timeText } from "./target";
import type { Restored } from "./replay";

/** Measured replay rate of one applier on two cores, bytes per second. */
const replayRate = 10e6;
/** Assumed rate of downloads, bytes per second. */
const fetchRate = 50e6;
/** Measured time to open a small segment in the container, two busy cores, seconds. */
const openSeconds = 0.015;
/** Assumed time of a request to the store, of which eight are under way at a time, seconds. */
const requestSeconds = 0.1 / 8;

/** A size in MiB, as texts for operators have it. */
export function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/** A size in GB, as texts about free space have it. */
export function gb(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** Size of the unpacked log of a plan, bytes. */
export function logBytes(links: Plan["links"]): number {
  return links.reduce((sum, { segment }) => sum + segment!.plainBytes, 0);
}

/** Estimated time of a restore, seconds. */
export function restoreSeconds({ base, links, bytes }: Omit<Plan, "faults" | "missing">): number {
  const plain = logBytes(links);
  const perByte = bytes / fetchRate + base.plainBytes / fetchRate + plain / replayRate;
  return perByte + links.length * (openSeconds + requestSeconds);
}

/**
 * Lines about a planned restore.
 *
 * @param readMs time that the links took to read, milliseconds; a restore after a plan reads them again.
 */
export function planLines(made: Plan, timeline: string, readMs: number): string[] {
  const { base, links, faults, bytes } = made;
  const plain = logBytes(links);
  const seconds = restoreSeconds(made) + readMs / 1_000;
  return [
    `history     ${timeline}`,
    `base        ${base.id} of ${base.node}, MySQL ${base.mysql}, ${mib(base.bytes)} (${mib(base.plainBytes)} unpacked)`,
    `log         ${links.length} segments, ${mib(plain)}`,
    `to fetch    ${mib(bytes)}, about ${Math.max(1, Math.ceil(seconds / 60))} min in all`,
    ...(faults.length === 0
      ? ["gaps        none"]
      : faults.map((fault, i) => `${i === 0 ? "gaps       " : "           "} ${fault}`)),
  ];
}

/** Lines about a finished restore. */
export function restoredLines({ gtids, transactions, lastUs }: Restored, ms: number): string[] {
  return [
    `restored    ${transactions} transactions after the base in ${(ms / 1_000).toFixed(1)} s`,
    ...(lastUs > 0 ? [`last commit ${timeText(lastUs)}`] : []),
    `GTID set    ${gtids}`,
  ];
}

/** @throws Error if the machine's MySQL version cannot open the data of the base. */
export function checkSeries(base: string, machine: string): void {
  const [from, to] = [base, machine].map((text) => {
    const [, major, minor] = /(\d+)\.(\d+)/.exec(text) ?? [];
    return Number(major) * 1_000 + Number(minor);
  });
  if (to! >= from!) return;
  throw new Error(
    `the base is of MySQL ${base}, and MySQL ${machine} here is older: it cannot open the data`,
  );
}

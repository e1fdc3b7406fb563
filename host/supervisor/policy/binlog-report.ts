import type { FileSystemSizes } from "../observation/disk-space";
import type { BinaryLog } from "./binlog-cut";

/** Report for operators on the binary log of a disk that is short of space. */
export interface BinlogReport {
  /** Such as `binary log cut to 4.1 GB at 2026-11-29T19:00:00Z, since the disk is 86 % full`. */
  text: string;
  /** True if the disk goes on filling. */
  isProblem: boolean;
  /** Line for the journal, at most once an hour. */
  reason: string;
}

function gigabytes(logs: readonly BinaryLog[]): string {
  return `${(logs.reduce((sum, { bytes }) => sum + bytes, 0) / 1e9).toFixed(1)} GB`;
}

function fullness({ bavail, blocks }: FileSystemSizes): string {
  return `${Math.round((1 - bavail / blocks) * 100)} % full`;
}

/** The report on a cut. `left`: the logs after it; `sizes`: those before it. */
export function cutReport(
  left: readonly BinaryLog[],
  sizes: FileSystemSizes,
  now: Date,
): BinlogReport {
  const at = now.toISOString().replace(/\.\d+Z$/, "Z");
  const text = `binary log cut to ${gigabytes(left)} at ${at}, since the disk is ${fullness(sizes)}`;
  return { text, isProblem: false, reason: "cut" };
}

/** The report on a log that is not cut although space is short. `logs`: none if they are unknown. */
export function blockedReport(
  logs: readonly BinaryLog[],
  sizes: FileSystemSizes,
  reason: string,
): BinlogReport {
  const size = logs.length > 0 ? ` (${gigabytes(logs)})` : "";
  const text = `the disk is ${fullness(sizes)}, and the binary log${size} is not cut: ${reason}`;
  return { text, isProblem: true, reason };
}

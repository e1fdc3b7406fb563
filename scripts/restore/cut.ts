import { magic, TransactionReader } from "../../host/archiver/replication/events";
import { subtract, union } from "../../host/archiver/gtid-sets";
import type { Target } from "./target";

/** Part of a binary log file up to a target. */
export interface Cut {
  /** Number of bytes to keep. */
  bytes: number;
  gtids: string;
  count: number;
  /** Commit time of the last transaction, microseconds since 1970; 0: no transaction. */
  lastUs: number;
}

/**
 * Finds the end of the last transaction before the target.
 *
 * @param have GTID set of the transactions before the file.
 * @throws Error if the file is not a log of complete transactions.
 */
export function cutAt(file: Buffer, target: Target, have: string): Cut {
  if (!file.subarray(0, 4).equals(magic)) throw new Error("the segment is no binary log");
  const reader = new TransactionReader();
  let at = magic.length;
  let cut: Cut = { bytes: at, gtids: "", count: 0, lastUs: 0 };
  let wanted = target.kind === "gtid" ? subtract(target.set, have) : "";
  const gtids: string[] = [];
  let name: { gtid: string; committedUs: number } | undefined;
  while (at < file.length) {
    const event = file.subarray(at, at + file.readUInt32LE(at + 9));
    const part = reader.take(event);
    if (part.kind === "first") {
      if (target.kind === "time" && part.name.committedUs > target.us) break;
      if (target.kind === "gtid" && wanted === "") break;
      name = part.name;
    }
    at += event.length;
    if (part.kind === "format") cut = { ...cut, bytes: at };
    if (part.kind !== "more" || !part.isLast || !name) continue;
    gtids.push(name.gtid);
    if (wanted !== "") wanted = subtract(wanted, name.gtid);
    cut = {
      bytes: at,
      gtids: "",
      count: gtids.length,
      lastUs: Math.max(cut.lastUs, name.committedUs),
    };
  }
  if (at >= file.length && !reader.isBetween) throw new Error("the segment ends in a transaction");
  return { ...cut, gtids: union(gtids.join(",")) };
}

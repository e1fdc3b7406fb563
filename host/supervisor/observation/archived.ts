import { readFileSync } from "node:fs";
import { runFolder, type Status } from "../../archiver/status";
import type { Lineage } from "../core/ancestor";

/** Age from which the archiver's status is stale, milliseconds; it is written each second. */
const freshMs = 120_000;

/**
 * GTID set of what is archived of data of that lineage, from the status of this node's archiver; undefined: unknown,
 * because the status is stale or about other data.
 */
export function archivedOf(status: string, lineage: Lineage, nowMs: number): string | undefined {
  const { archived, origin, atUs } = JSON.parse(status) as Partial<Status>;
  if (typeof archived !== "string" || typeof origin !== "string" || typeof atUs !== "number") {
    return undefined;
  }
  const [, group = ""] = origin.split(" ");
  const isOfData = origin !== "" && group === (lineage.at(-1)?.epoch ?? "");
  const isFresh = Math.abs(nowMs - atUs / 1_000) < freshMs;
  return isOfData && isFresh && archived !== "" ? archived : undefined;
}

/** Reads {@link archivedOf} on this host; undefined if the archiver has not written its status. */
export function readArchived(lineage: Lineage): string | undefined {
  try {
    return archivedOf(readFileSync(`${runFolder}/status.json`, "utf8"), lineage, Date.now());
  } catch {
    return undefined;
  }
}

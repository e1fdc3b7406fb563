import { fromLegacy, type LegacyRecord } from "../core/legacy";
import { blank, type MemoryRecord } from "../core/memory";
import { log } from "../log";
import { readDurable } from "./durable";

/** What this node has on disk, also what a supervisor from before certificates left. */
export function loadMemory(): MemoryRecord {
  const record = readDurable<MemoryRecord>("memory");
  if (record) return { ...blank, ...record };
  const legacy: LegacyRecord = {
    lastView: readDurable<LegacyRecord["lastView"]>("last-view"),
    sole: readDurable<boolean>("sole") ?? false,
    alone: readDurable<boolean>("alone") ?? false,
  };
  if (!legacy.lastView) log(5, "nothing is remembered of any group: this node does not count yet");
  return fromLegacy(legacy);
}

import { fromLegacy, type LegacyRecord } from "../core/legacy";
import { emptyMemory, type MemoryRecord } from "../core/memory";
import { log } from "../log";
import type { DurableFolder } from "./durable";

/**
 * Loads this node's memory from disk, or converts what a supervisor without certificates left. An
 * unreadable record is set aside; the node then remembers nothing and counts in no majority until it is a
 * member again.
 */
export function loadMemory(folder: DurableFolder): MemoryRecord {
  const found = folder.find<MemoryRecord>("memory");
  if (found.kind === "found") return { ...emptyMemory, ...found.value };
  if (found.kind === "unreadable") {
    log(3, `${found.reason}; this node does not count until it is a member of a group again`);
    folder.setAside("memory");
    folder.tryWrite("memory", emptyMemory);
    return emptyMemory;
  }
  const valueOf = <T>(name: string): T | null => {
    const one = folder.find<T>(name);
    return one.kind === "found" ? one.value : null;
  };
  const record = fromLegacy({
    lastView: valueOf<LegacyRecord["lastView"]>("last-view"),
    sole: valueOf<boolean>("sole") ?? false,
    alone: valueOf<boolean>("alone") ?? false,
  });
  if (!record.remembers)
    log(5, "this node remembers no group: it does not count in a majority yet");
  // From now on the records of the earlier supervisor are ignored.
  folder.tryWrite("memory", record);
  return record;
}

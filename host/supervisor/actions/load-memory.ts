import { fromLegacy, type LegacyRecord } from "../core/legacy";
import { blank, type MemoryRecord } from "../core/memory";
import { log } from "../log";
import type { DurableFolder } from "./durable";

/**
 * What this node has on disk, also what a supervisor from before certificates left. What cannot be read is
 * set aside: the node does not remember then, and counts in no majority until it is a member again.
 */
export function loadMemory(folder: DurableFolder): MemoryRecord {
  const found = folder.find<MemoryRecord>("memory");
  if (found.kind === "found") return { ...blank, ...found.value };
  if (found.kind === "unreadable") {
    log(3, `${found.reason}; this node does not count until it is a member of a group again`);
    folder.setAside("memory");
    folder.keep("memory", blank);
    return blank;
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
  if (!record.remembers) log(5, "nothing is remembered of any group: this node does not count yet");
  // From now on what was there before says nothing any more.
  folder.keep("memory", record);
  return record;
}

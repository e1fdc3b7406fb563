import { Memory } from "../../../../host/supervisor/core/memory";
import { emptyMemory, type MemoryRecord } from "../../../../host/supervisor/core/memory-record";

/** The memory of a node that remembers, with what is on its disk; its disk may be told to fail. */
export function memoryOf(overrides: Partial<MemoryRecord> = {}, nowMs = 0) {
  const disk = {
    record: { ...emptyMemory, remembers: true, ...overrides },
    writes: 0,
    isFull: false,
  };
  const keep = (record: MemoryRecord): void => {
    if (disk.isFull) throw new Error("no space left on device");
    disk.writes++;
    disk.record = record;
  };
  return { memory: new Memory(disk.record, keep, nowMs), disk };
}

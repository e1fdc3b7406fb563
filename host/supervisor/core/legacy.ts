import { emptyMemory, type MemoryRecord } from "./memory-record";

/** Record on disk of a supervisor without certificates. Its epoch was the fixed part of the view id. */
export interface LegacyRecord {
  lastView: { primary: string; epoch: string; counter: number; turn: number } | null;
  sole: boolean;
  alone: boolean;
}

/**
 * Divisor from the fixed part of a view id, a time in units of 100 ns, to an epoch that later epochs can
 * follow.
 */
const unitsPerEpoch = 100_000_000n;

/** Converts the record of an updated node: the group that it was in counts as agreed on. */
export function fromLegacy({ lastView, sole, alone }: LegacyRecord): MemoryRecord {
  if (!lastView || !/^\d{1,19}$/.test(lastView.epoch))
    return { ...emptyMemory, sole, remembers: sole };
  const { primary, counter, turn, epoch: groupId } = lastView;
  const epoch = Number(BigInt(groupId) / unitsPerEpoch);
  return {
    ...emptyMemory,
    ...{ remembers: true, sole, alone, highest: epoch },
    certificate: { epoch, founder: primary, kind: "inherited", voters: [], groupId },
    lastView: { primary, epoch, counter, turn },
  };
}

import { blank, type MemoryRecord } from "./memory";

/** What a supervisor from before certificates had on disk. Its epoch was the fixed part of the view id. */
export interface LegacyRecord {
  lastView: { primary: string; epoch: string; counter: number; turn: number } | null;
  sole: boolean;
  alone: boolean;
}

/** From the fixed part of a view id, a time in units of 100 ns, to a number that later ones can follow. */
const unitsPerEpoch = 100_000_000n;

/** What a node knows that was updated: the group that it was in counts as agreed on. */
export function fromLegacy({ lastView, sole, alone }: LegacyRecord): MemoryRecord {
  if (!lastView || !/^\d{1,19}$/.test(lastView.epoch)) return { ...blank, sole, remembers: sole };
  const { primary, counter, turn, epoch: groupId } = lastView;
  const epoch = Number(BigInt(groupId) / unitsPerEpoch);
  return {
    ...blank,
    ...{ remembers: true, sole, alone, highest: epoch },
    certificate: { epoch, founder: primary, kind: "inherited", voters: [], groupId },
    lastView: { primary, epoch, counter, turn },
  };
}

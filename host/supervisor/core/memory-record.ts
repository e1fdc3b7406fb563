import type { CloneMark } from "./clone-mark";
import type { Remembered } from "./node-state";

/** This node's memory on disk: one record, so that it is always consistent. */
export interface MemoryRecord extends Remembered {
  /** `server_uuid` of the MySQL whose data the record belongs to; empty: not known yet. */
  serverUuid: string;
  /** How the clone that replaces untrusted data is known; null: none was ordered. */
  ordered: CloneMark | null;
}

/** Memory of a node that was never in a group, or that has lost its memory. */
export const emptyMemory: MemoryRecord = {
  ...{ remembers: false, serverUuid: "", ordered: null },
  ...{ highest: 0, vote: null, certificate: null, lastView: null },
  ...{ sole: false, alone: false, trustedGtid: null, electorate: null },
};

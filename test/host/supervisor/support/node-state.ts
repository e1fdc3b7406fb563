import type { Certificate } from "../../../../host/supervisor/core/certificate";
import type { NodeState } from "../../../../host/supervisor/core/node-state";

const uuid = "5d4a0f5e-6a5e-4d0c-9f6a-0c1d5f3e9b11";

/** GTID set of transactions 1 to `last`. */
export function upTo(last: number): string {
  return last === 0 ? "" : `${uuid}:1-${last}`;
}

/** What a node says whose MySQL runs outside of any group. */
export function outside(node: string, overrides: Partial<NodeState> = {}): NodeState {
  const state: NodeState = {
    node,
    ready: true,
    member: { state: "OFFLINE", role: "" },
    members: [],
    connectingTo: [],
    maybeConnectingTo: [],
    notReading: [],
    gtid: "",
    groupId: null,
    founding: 0,
    remembers: true,
    highest: 0,
    vote: null,
    certificate: null,
    lineage: [],
    cloneIncomplete: false,
    lastView: null,
    writable: false,
    majority: true,
    dataAgeMs: 0,
    diskFull: false,
    sole: false,
    alone: false,
    trustedGtid: null,
    diskSpent: false,
    commitMs: 0,
    asked: {},
    waiting: "",
  };
  return Object.assign(state, overrides);
}

/** A group that was agreed on, made by db-1. */
export function certificate(epoch = 100, overrides: Partial<Certificate> = {}): Certificate {
  const voters = ["db-1", "db-2"];
  return { epoch, founder: "db-1", kind: "majority", voters, groupId: `17${epoch}`, ...overrides };
}

/** What a member of a group says. */
export function member(
  node: string,
  role: "PRIMARY" | "SECONDARY",
  overrides: Partial<NodeState> = {},
): NodeState {
  const agreed = overrides.certificate ?? certificate();
  return outside(node, {
    member: { state: "ONLINE", role },
    ...{ certificate: agreed, groupId: agreed.groupId, highest: agreed.epoch },
    writable: role === "PRIMARY",
    ...overrides,
  });
}

/** A view in which that node is the primary. */
export function view(primary: string, counter: number, epoch = 100, turn = 0) {
  return { primary, epoch, counter, turn };
}

import { isCertified, type NodeState } from "../core/node-state";

/** True if writes may go to the node. */
export function isPrimary(state: NodeState): boolean {
  const { member, writable, majority, diskSpent } = state;
  const isMade = member?.state === "ONLINE" && member.role === "PRIMARY";
  // A write without disk space would crash MySQL; marked down, the node refuses writes and still serves reads.
  return isMade && writable && majority && !diskSpent;
}

/** True if reads may go to the node when its data may be at most `limitMs` old. */
export function isReplica(state: NodeState, limitMs: number): boolean {
  const { member, majority, dataAgeMs } = state;
  const isMember = isCertified(state) && member?.role === "SECONDARY" && majority;
  return isMember && dataAgeMs <= limitMs;
}

/** Parses `1s`, `500ms` or a bare number of milliseconds; anything else counts as one second. */
export function durationMs(text: string): number {
  const found = /^(\d+)(ms|s)?$/.exec(text);
  return found ? Number(found[1]) * (found[2] === "s" ? 1000 : 1) : 1000;
}

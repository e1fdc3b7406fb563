/** What keepalived says this node is. */
export type VrrpState = "MASTER" | "BACKUP" | "FAULT" | "STOP";

/** Something that happened. Times are milliseconds of a clock that never goes back. */
export type Event =
  | { type: "start"; nowMs: number }
  | { type: "vrrp"; state: VrrpState; nowMs: number }
  | { type: "tick"; nowMs: number }
  | { type: "owner"; serverId: number | null; nowMs: number }
  | { type: "probed"; answers: boolean; nowMs: number }
  | { type: "assigned"; nowMs: number }
  /** The other load balancer took the address. */
  | { type: "moved"; nowMs: number }
  /** An operator wants this node to have the address, even from one that serves. */
  | { type: "asked"; nowMs: number }
  | Failure;

/** A call to the API that brought nothing. */
export interface Failure {
  type: "failed";
  reason: string;
  /** Wait that the API asks for. */
  retryAfterMs?: number;
  /** True if the same call would be refused again: what was believed of the owner is wrong. */
  refused?: boolean;
  /** 0 to 1; spreads the tries of the two nodes. */
  random: number;
  nowMs: number;
}

/** Something to do. At most one call to the API or probe is under way at a time. */
export type Effect =
  | { type: "read-owner" }
  | { type: "probe-peer" }
  | { type: "assign"; reason: string }
  | { type: "wake"; inMs: number }
  | { type: "log"; level: 3 | 4 | 5 | 6; text: string };

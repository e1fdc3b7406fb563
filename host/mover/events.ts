/** VRRP state that keepalived reports for this node. */
export type VrrpState = "MASTER" | "BACKUP" | "FAULT" | "STOP";

/** An event. Times are milliseconds of the monotonic clock. */
export type Event =
  | { type: "start"; nowMs: number }
  | { type: "vrrp"; state: VrrpState; nowMs: number }
  | { type: "tick"; nowMs: number }
  | { type: "owner"; serverId: number | null; nowMs: number }
  | { type: "probed"; answers: boolean; nowMs: number }
  | { type: "assigned"; nowMs: number }
  /** A broker reports that the other load balancer took the address. */
  | { type: "moved"; nowMs: number }
  /** An operator orders this node to take the address, even from a serving node. */
  | { type: "requested"; nowMs: number }
  | Failure;

/** A failed API call. */
export interface Failure {
  type: "failed";
  reason: string;
  /** Wait that the API demands, milliseconds. */
  retryAfterMs?: number;
  /** True if the API would refuse the same call again: the assumed owner is wrong. */
  refused?: boolean;
  /** Random number from 0 to 1, which spreads the retries of the two nodes. */
  random: number;
  nowMs: number;
}

/** An action of the mover. At most one API call or probe runs at a time. */
export type Effect =
  | { type: "read-owner" }
  | { type: "probe-peer" }
  | { type: "assign"; reason: string }
  | { type: "wake"; inMs: number }
  | { type: "log"; level: 3 | 4 | 5 | 6; text: string };

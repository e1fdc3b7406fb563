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

/** State of the mover. */
export interface State {
  /** Server id of this node. */
  self: number;
  /** Server id of the other load balancer. */
  peer: number;
  /** True on one of the two nodes: that node takes the address back after a move that no mover made. */
  preferred: boolean;
  vrrp: VrrpState | undefined;
  /** Server id of the owner, null if the address is unassigned; undefined: unknown. */
  owner: number | null | undefined;
  /** True while the owner has not been read from the API since this node became master or ceased to be. */
  assumed: boolean;
  /** The API call or probe that is running. */
  busy: "read-owner" | "probe-peer" | "assign" | undefined;
  /** True while the address stays with the peer, because the peer serves. */
  watching: boolean;
  /** Consecutive probes that the peer did not answer. */
  misses: number;
  /** Time at which the first of them ended; undefined: none. */
  silentSinceMs: number | undefined;
  /** True if the current or last move was ordered by an operator. */
  planned: boolean;
  /** True while the move limit keeps this node from taking the address. */
  held: boolean;
  /** Consecutive API failures. */
  failures: number;
  /** Consecutive assigns that the API refused, whatever it answered to reads in between. */
  refusals: number;
  /** Reason for the last failure or refusal; undefined after a success. */
  failure: string | undefined;
  /** Nothing is done before this time. */
  notBeforeMs: number;
  /** Time of the next read of the owner. */
  readAtMs: number;
  /** Time of the next probe of the peer. */
  probeAtMs: number;
  /** Time until which an operator's order to take the address holds. */
  askedUntilMs: number;
  /** Times of the last moves that no operator ordered. */
  movesMs: number[];
}

/** State of a mover that has just started. */
export function initialState(self: number, peer: number, preferred: boolean): State {
  return {
    self,
    peer,
    preferred,
    vrrp: undefined,
    owner: undefined,
    assumed: true,
    busy: undefined,
    watching: false,
    misses: 0,
    silentSinceMs: undefined,
    planned: false,
    held: false,
    failures: 0,
    refusals: 0,
    failure: undefined,
    notBeforeMs: 0,
    readAtMs: 0,
    probeAtMs: 0,
    askedUntilMs: 0,
    movesMs: [],
  };
}

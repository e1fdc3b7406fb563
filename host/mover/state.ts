import type { VrrpState } from "./events";

/** What the machine remembers. */
export interface State {
  /** Own server id. */
  self: number;
  /** Server id of the other load balancer. */
  peer: number;
  /** True on one of the two nodes: it takes back an address that was moved away from it. */
  preferred: boolean;
  vrrp: VrrpState | undefined;
  /** Who has the address; undefined: not known. */
  owner: number | null | undefined;
  /** True while the owner was not read from the API since this node is master. */
  assumed: boolean;
  /** What is under way. */
  busy: "read-owner" | "probe-peer" | "assign" | undefined;
  /** True while the address is left with the peer, because the peer serves. */
  watching: boolean;
  /** Probes in a row that the peer did not answer. */
  misses: number;
  /** When the first of them ended; undefined: none. */
  silentSinceMs: number | undefined;
  /** True if the move that is under way, or was last, is one that an operator asked for. */
  planned: boolean;
  /** True while the limit of moves keeps the address away from this node. */
  held: boolean;
  /** Failures of the API in a row. */
  failures: number;
  /** Not before this time anything is done. */
  notBeforeMs: number;
  /** When the owner is read again. */
  readAtMs: number;
  /** When the peer is probed again. */
  probeAtMs: number;
  /** Until when an operator wants this node to take the address. */
  askedUntilMs: number;
  /** Times of the last moves that nobody asked for. */
  movesMs: number[];
}

/** The state of a mover that has just started. */
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
    notBeforeMs: 0,
    readAtMs: 0,
    probeAtMs: 0,
    askedUntilMs: 0,
    movesMs: [],
  };
}

import type { Role } from "../../topology";
import type { Opening } from "../service";

/** Nodes of one tier that have the same openings. */
export interface OpeningGroup {
  /** Tier of the nodes. */
  tier: Role;
  /** Subnet of the whole tier with prefix, or private addresses of single nodes. */
  to: readonly string[];
  /** Ports that the services of these nodes open. */
  openings: readonly Opening[];
}

/** A destination in the stack with the openings that a node may use there. */
export interface Destination {
  /** Subnet with prefix, or private addresses; at least one. */
  to: readonly string[];
  /** Openings whose source is the calling node. */
  openings: readonly Opening[];
}

/**
 * What a node of a tier may call in the stack: the openings of the other nodes that name this node as a source.
 *
 * @param peerIps private addresses of the other nodes of its tier.
 */
export function allowedDestinations(
  tier: Role,
  peerIps: readonly string[],
  places: readonly OpeningGroup[],
): Destination[] {
  const toTiers = places.map(({ to, openings }) => ({
    to,
    openings: openings.filter(({ from }) => from === tier),
  }));
  const forPeers = places
    .filter((place) => place.tier === tier)
    .flatMap(({ openings }) => openings.filter(({ from }) => from === "peers"));
  return [...toTiers, { to: peerIps, openings: forPeers }].filter(
    ({ to, openings }) => to.length > 0 && openings.length > 0,
  );
}

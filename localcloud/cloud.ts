import type { Actions } from "./actions";
import type { Clock } from "./clock";
import type { Offer } from "./faults/offer";
import type { MachineDriver } from "./machines/driver";
import type { PublishedZone } from "./names/published";
import type { Store } from "./store";

/** What the API does differently before and after a day. */
export interface Behaviour {
  /** Servers and primary IPs have a `datacenter`, and take one on create; until 1 July 2026. */
  hasDatacenters: boolean;
  /** `/datacenters` answers; until 1 October 2026. */
  listsDatacenters: boolean;
  /** Deleting an assigned floating or primary IP is refused; since 1 May 2026. */
  refusesAssignedDeletion: boolean;
  /** An unassigned primary IP has the assignee type `unassigned`; since 1 August 2026. */
  saysUnassigned: boolean;
  /** Server types have `deprecated`; until 2 November 2026. */
  hasTypeDeprecated: boolean;
}

/** The day whose API is emulated unless told otherwise. */
export const defaultApiDate = "2026-11-02";

/** The API of a day, `YYYY-MM-DD`. Source: https://docs.hetzner.cloud/changelog */
export function behaviourOn(day: string): Behaviour {
  return {
    hasDatacenters: day < "2026-07-01",
    listsDatacenters: day < "2026-10-01",
    refusesAssignedDeletion: day >= "2026-05-01",
    saysUnassigned: day >= "2026-08-01",
    hasTypeDeprecated: day < "2026-11-02",
  };
}

/** What every handler works with. */
export interface Cloud {
  store: Store;
  actions: Actions;
  driver: MachineDriver;
  clock: Clock;
  behaviour: Behaviour;
  /** What is sold, where, and how many of it. */
  offer: Offer;
  /** Makes the zones known to their name servers. @default there are no name servers */
  publishZones?: (zones: readonly PublishedZone[]) => void;
}

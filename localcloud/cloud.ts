import type { Actions } from "./actions";
import type { Behaviour } from "./behaviour";
import type { Clock } from "./clock";
import type { Offer } from "./faults/offer";
import type { MachineDriver } from "./machines/driver";
import type { Store } from "./store";

/** What every handler works with. */
export interface Cloud {
  store: Store;
  actions: Actions;
  driver: MachineDriver;
  clock: Clock;
  behaviour: Behaviour;
  /** What is sold, where, and how many of it. */
  offer: Offer;
}

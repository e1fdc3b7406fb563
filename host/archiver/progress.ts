import type { ChainEnd } from "./chain/append";

/** Progress of the archive. */
export interface Progress {
  doing: string;
  problem: "" | "gap" | "diverged";
  timeline: string;
  /** Origin of the data whose history that is, see `originText`. */
  origin: string;
  end: ChainEnd | undefined;
  /** True if a link has just been added to the chain. */
  grown: boolean;
}

/** How many app nodes asked for a move: more than half of those that send checks, or fewer. */
export type Callers = "most" | "few";

/** A move of the primary because app nodes did not reach it. */
export interface AppMove {
  /** View that the move ended, as `epoch:counter:turn`. No two moves end the same view. */
  ended: string;
  callers: Callers;
  /** Age of the move, milliseconds: relative, so that no clock of another machine is needed. */
  ageMs: number;
}

/** Who asked for a move: more than half of the app nodes that ask at all, or fewer. */
export type Callers = "most" | "few";

/** A move of the primary for app nodes that did not reach it. */
export interface AppMove {
  /** The view that it ended, which no other move ended: `epoch:counter:turn`. */
  ended: string;
  callers: Callers;
  /** How long ago it was, milliseconds; no clock of another machine is needed to read it. */
  ageMs: number;
}

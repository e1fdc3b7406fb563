/** Care that something asks for: 0 none, 1 that somebody watches, 2 that it is meant. */
export type Level = 0 | 1 | 2;

/** What follows from a change. */
export interface Effect {
  level: Level;
  /** What visitors notice, without a full stop. */
  visitors: string;
  /** What is to be known before it is done, without a full stop. */
  reason: string;
}

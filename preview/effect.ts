/** Care that an effect needs: 0 none, 1 an operator watches the change, 2 an operator confirms that it is intended. */
export type Level = 0 | 1 | 2;

/** Consequence of a change. */
export interface Effect {
  level: Level;
  /** Effect on visitors, without a full stop. */
  visitors: string;
  /** What the operator must know before the change, without a full stop. */
  reason: string;
}

/** What the prober thinks of HAProxy. */
export interface Health {
  /** The published verdict. */
  good: boolean;
  /** Answers in a row that contradict the verdict. */
  against: number;
}

/** Misses in a row until HAProxy counts as bad: 0.6 s, longer than a restart in place takes. */
export const missesUntilBad = 3;
/** Hits in a row until it counts as good again. */
export const hitsUntilGood = 5;

/** A node is bad until it has proved otherwise: it must not win an election while it boots. */
export const initialHealth: Health = { good: false, against: 0 };

/** The verdict after one more request. */
export function observe({ good, against }: Health, hit: boolean): Health {
  if (hit === good) return { good, against: 0 };
  const needed = good ? missesUntilBad : hitsUntilGood;
  return against + 1 >= needed ? { good: !good, against: 0 } : { good, against: against + 1 };
}

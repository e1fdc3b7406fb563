/** What became of one request: "refused" is no process that listens, "failed" all else but a 200. */
export type Answer = "served" | "refused" | "failed";

/** What the prober thinks of HAProxy. */
export interface Health {
  /** The published verdict. */
  good: boolean;
  /** Answers in a row that contradict the verdict. */
  against: number;
}

/** Misses in a row until HAProxy counts as bad, by the last of them. */
export const missesUntilBad = {
  /** 0.6 s: nothing will start a HAProxy again that runs and does not answer. */
  failed: 3,
  /** 1 s: systemd starts one that is gone, in 0.2 s, or 0.7 s on a busy machine; a move takes longer. */
  refused: 5,
};
/** Hits in a row until it counts as good again. */
export const hitsUntilGood = 5;

/** A node is bad until it has proved otherwise: it must not win an election while it boots. */
export const initialHealth: Health = { good: false, against: 0 };

/** The verdict after one more request. */
export function observe({ good, against }: Health, answer: Answer): Health {
  if ((answer === "served") === good) return { good, against: 0 };
  const needed = answer === "served" ? hitsUntilGood : missesUntilBad[answer];
  return against + 1 >= needed ? { good: !good, against: 0 } : { good, against: against + 1 };
}

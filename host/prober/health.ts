/** What became of one request: "refused" is no process that listens, "failed" all else but a 200. */
export type Answer = "served" | "refused" | "failed";

/** What the prober thinks of HAProxy. */
export interface Health {
  /** The published verdict. */
  good: boolean;
  /** Answers since the verdict, the newest last, at most `crashes.among`. */
  answers: readonly Answer[];
}

/** Misses in a row until HAProxy counts as bad, by the last of them. */
export const missesUntilBad = {
  /** 0.6 s: nothing will start a HAProxy again that runs and does not answer. */
  failed: 3,
  /** 1 s: systemd starts one that is gone, in 0.2 s, or 0.7 s on a busy machine; a move takes longer. */
  refused: 5,
};
/**
 * A HAProxy that crashes again and again answers in between, and misses in a row do not show it: so
 * many refusals (1.6 s) among the answers of the last 10 s do. Late answers do not count here: they
 * come from a machine that is busy, which a move does not help.
 */
export const crashes = { refused: 8, among: 50 };
/** Hits in a row until it counts as good again. */
export const hitsUntilGood = 5;

/** A node is bad until it has proved otherwise: it must not win an election while it boots. */
export const initialHealth: Health = { good: false, answers: [] };

/** The verdict after one more request. */
export function observe({ good, answers }: Health, answer: Answer): Health {
  const heard = [...answers, answer].slice(-crashes.among);
  const turns = good ? isBad(heard) : against(heard, good) >= hitsUntilGood;
  return turns ? { good: !good, answers: [] } : { good, answers: heard };
}

function isBad(answers: readonly Answer[]): boolean {
  const last = answers.at(-1)!;
  if (last === "served") return false;
  const refused = answers.filter((answer) => answer === "refused").length;
  return against(answers, true) >= missesUntilBad[last] || refused >= crashes.refused;
}

/** Answers in a row, up to the newest, that contradict a verdict. */
function against(answers: readonly Answer[], good: boolean): number {
  return answers.length - 1 - answers.findLastIndex((answer) => (answer === "served") === good);
}

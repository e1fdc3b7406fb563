import { get } from "node:http";

/** Result of one request: "refused" means that no process listens, "failed" everything else but status 200. */
export type Answer = "served" | "refused" | "failed";

/** Health of HAProxy as the prober sees it. */
export interface Health {
  /** Published health. */
  good: boolean;
  /** Results since the last change, newest last, at most `crashes.among`. */
  answers: readonly Answer[];
}

/** Consecutive failures until HAProxy counts as unhealthy, by the kind of the last one. */
export const failuresUntilUnhealthy = {
  /** 0.6 s: nothing restarts a HAProxy process that runs and does not answer. */
  failed: 3,
  /**
   * 1 s: systemd restarts a crashed process in 0.2 s, or 0.7 s on a busy machine; a move of the address
   * takes longer.
   */
  refused: 5,
};

/**
 * A HAProxy that crashes repeatedly answers in between, so consecutive failures do not show it. This many
 * refusals (1.6 s) among the results of the last 10 s do. Timeouts do not count here: they come from a
 * busy machine, which a move of the address does not help.
 */
export const crashLoop = { refused: 8, among: 50 };

/** Consecutive successes until HAProxy counts as healthy again. */
export const successesUntilHealthy = 5;

/**
 * Health at the start of the prober: a restart of the prober does not change it. After a boot a node is bad: it must
 * not win an election while it boots.
 *
 * @param published content of the health file; undefined if there is none, as after a boot, since `/run` is in memory.
 */
export function initialHealth(published: string | undefined): Health {
  return { good: published?.trim() === "0", answers: [] };
}

/** Health after one more request. */
export function nextHealth({ good, answers }: Health, answer: Answer): Health {
  const recent = [...answers, answer].slice(-crashLoop.among);
  const turns = good ? isBad(recent) : against(recent, good) >= successesUntilHealthy;
  return turns ? { good: !good, answers: [] } : { good, answers: recent };
}

function isBad(answers: readonly Answer[]): boolean {
  const last = answers.at(-1)!;
  if (last === "served") return false;
  const refused = answers.filter((answer) => answer === "refused").length;
  return against(answers, true) >= failuresUntilUnhealthy[last] || refused >= crashLoop.refused;
}

/** Number of newest results in a row that contradict the health. */
function against(answers: readonly Answer[], good: boolean): number {
  return answers.length - 1 - answers.findLastIndex((answer) => (answer === "served") === good);
}

/** How long a request to step down holds, milliseconds; it ends by itself if the operator's command dies. */
export const stepDownMs = 20_000;

/**
 * True if a request to step down still holds.
 *
 * @param request content of the operator's file: its write time on this machine's monotonic clock,
 * milliseconds, such as `81234`. The file is in `/run`, so it is gone after a boot, which restarts that
 * clock.
 */
export function isSteppingDown(request: string, nowMs: number): boolean {
  if (!/^\d+$/.test(request.trim())) return false;
  const ageMs = nowMs - Number(request);
  return ageMs >= 0 && ageMs < stepDownMs;
}

/** Sends one request over a new connection. @param timeoutMs longest wait for an answer, milliseconds. */
export function probe(url: string, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    const call = get(url, { agent: false, timeout: timeoutMs }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? "served" : "failed");
    });
    call.on("timeout", () => call.destroy(new Error("late")));
    call.on("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code === "ECONNREFUSED" ? "refused" : "failed");
    });
  });
}

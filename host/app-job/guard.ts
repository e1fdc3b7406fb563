import { answerMs } from "./lease";
import type { Running } from "./command";

/** Dependencies of {@link guard}; replaced in tests. */
export interface GuardContext {
  /** Monotonic clock, milliseconds. */
  now: () => number;
  /** Resolves after that many milliseconds, or once `stop` is aborted; never rejects. */
  pause: (milliseconds: number, stop?: AbortSignal) => Promise<unknown>;
  /** Resolves once systemd sends SIGTERM. */
  stopRequested: Promise<unknown>;
  /** Notifies systemd's watchdog. */
  alive: () => void;
  /** Writes a line to the journal. */
  say: (level: 3 | 4 | 6, text: string) => void;
}

/** Intervals and limits of a guarded command. */
export interface GuardLimits {
  /** Interval of renewals, milliseconds. */
  renewMs: number;
  /** Time without a renewal after which the command is stopped, milliseconds. */
  giveUpMs: number;
  /** Seconds from SIGTERM to SIGKILL. */
  stopSeconds: number;
  /** Longest run of the command, seconds. @default no limit */
  timeoutSeconds?: number;
}

/** Why a command was stopped. */
export type EndedBy =
  "systemd" | "the limit of its time" | "silence of the database" | "another node";

/**
 * Guards a command that only one node may run: renews its lease while it runs, and stops the command before
 * another node may start it.
 *
 * @param renewed time at which the last successful renewal was sent.
 * @param renew renews the lease; false if another node has it by now.
 * @returns the command's exit status, and why it was stopped; undefined if it ended by itself.
 */
export async function guard(
  running: Running,
  renewed: number,
  renew: (timeoutMs: number) => Promise<boolean>,
  terms: GuardLimits,
  around: GuardContext,
): Promise<{ status: number; by: EndedBy | undefined }> {
  const { stopSeconds, timeoutSeconds } = terms;
  let by: EndedBy | undefined;
  let over = false;
  const end = (reason: EndedBy) => {
    if (over) return;
    if (reason === "another node") running.kill();
    if (by) return;
    by = reason;
    running.terminate();
    void around.pause(stopSeconds * 1_000).then(() => over || running.kill());
  };
  void around.stopRequested.then(() => end("systemd"));
  if (timeoutSeconds !== undefined) {
    void around.pause(timeoutSeconds * 1_000).then(() => end("the limit of its time"));
  }
  void untilLost(() => over, renewed, renew, terms, around).then((reason) => reason && end(reason));
  const status = await running.ended;
  over = true;
  return { status, by };
}

/** Renews the lease until the command has ended; returns why the command must stop, if it must. */
async function untilLost(
  isOver: () => boolean,
  since: number,
  renew: (timeoutMs: number) => Promise<boolean>,
  { renewMs, giveUpMs }: GuardLimits,
  { now, pause, alive, say }: GuardContext,
): Promise<EndedBy | undefined> {
  let renewed = since;
  let wait = renewMs;
  for (;;) {
    const left = () => renewed + giveUpMs - now();
    await pause(Math.max(Math.min(wait, left()), 0));
    if (isOver()) return undefined;
    if (left() <= 0) {
      say(3, `the lease could not be renewed for ${giveUpMs / 1_000} s: stopping the command`);
      return "silence of the database";
    }
    alive();
    const sent = now();
    try {
      if (!(await renew(Math.min(answerMs, left())))) {
        if (!isOver())
          say(
            3,
            "another node has the lease and may have started the command: killing the command here",
          );
        return "another node";
      }
      renewed = sent;
      wait = renewMs;
    } catch (error) {
      say(4, `the lease cannot be renewed: ${(error as Error).message}`);
      wait = 1_000;
    }
  }
}

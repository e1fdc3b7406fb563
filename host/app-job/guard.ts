import { answerMs } from "./bounds";
import type { Running } from "./command";

/** What watching over a command depends on; a test brings its own. */
export interface GuardSurroundings {
  /** Milliseconds of a clock that only goes on. */
  now: () => number;
  /** Resolves after that many milliseconds. */
  pause: (milliseconds: number) => Promise<unknown>;
  /** Resolves once systemd asks this program to end. */
  asked: Promise<unknown>;
  /** Tells systemd that this program does not hang. */
  alive: () => void;
  /** Writes a line to the journal. */
  say: (level: 3 | 4 | 6, text: string) => void;
}

/** What a node must do to go on with a command. */
export interface GuardTerms {
  /** Time between two renewals, milliseconds. */
  renewMs: number;
  /** Without a renewal for so long the command is ended, milliseconds. */
  giveUpMs: number;
  /** Seconds that it has to end. */
  stopSeconds: number;
  /** Seconds that it may take. @default no limit */
  timeoutSeconds?: number;
}

/** Who ended a command that did not end by itself. */
export type EndedBy =
  "systemd" | "the limit of its time" | "silence of the database" | "another node";

/**
 * Watches over a command that one node alone may run: renews what says so while it runs, and ends it before
 * another node may begin.
 *
 * @param renewed when the statement was sent that made sure of it last.
 * @param renew makes sure of it again; false if it is another node's by now.
 * @returns the command's status, and who ended it unless it ended by itself.
 */
export async function guard(
  running: Running,
  renewed: number,
  renew: (timeoutMs: number) => Promise<boolean>,
  terms: GuardTerms,
  around: GuardSurroundings,
): Promise<{ status: number; by: EndedBy | undefined }> {
  const { stopSeconds, timeoutSeconds } = terms;
  let by: EndedBy | undefined;
  let over = false;
  const end = (reason: EndedBy) => {
    if (over) return;
    if (reason === "another node") running.kill();
    if (by) return;
    by = reason;
    running.ask();
    void around.pause(stopSeconds * 1_000).then(() => over || running.kill());
  };
  void around.asked.then(() => end("systemd"));
  if (timeoutSeconds !== undefined) {
    void around.pause(timeoutSeconds * 1_000).then(() => end("the limit of its time"));
  }
  void untilLost(() => over, renewed, renew, terms, around).then((reason) => reason && end(reason));
  const status = await running.ended;
  over = true;
  return { status, by };
}

/** Renews until the command has ended; tells why not, if it may not go on. */
async function untilLost(
  isOver: () => boolean,
  since: number,
  renew: (timeoutMs: number) => Promise<boolean>,
  { renewMs, giveUpMs }: GuardTerms,
  { now, pause, alive, say }: GuardSurroundings,
): Promise<EndedBy | undefined> {
  let renewed = since;
  let wait = renewMs;
  for (;;) {
    const left = () => renewed + giveUpMs - now();
    await pause(Math.max(Math.min(wait, left()), 0));
    if (isOver()) return undefined;
    if (left() <= 0) {
      say(3, `nothing is known of the lease for ${giveUpMs / 1_000} s, so the command must end`);
      return "silence of the database";
    }
    alive();
    const sent = now();
    try {
      if (!(await renew(Math.min(answerMs, left())))) {
        if (!isOver()) say(3, "another node may have begun by now, so the command ends at once");
        return "another node";
      }
      renewed = sent;
      wait = renewMs;
    } catch (error) {
      say(4, `the lease is not renewed: ${(error as Error).message}`);
      wait = 1_000;
    }
  }
}

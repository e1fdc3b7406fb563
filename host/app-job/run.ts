import { answerMs, claimMs, jobGiveUpMs, jobRenewMs, jobStopSeconds } from "./lease";
import type { Running } from "./command";
import { guard, type GuardContext } from "./guard";
import type { Claim, RunEnd, RunTable } from "./run-table";

/** Dependencies of {@link runJob}; replaced in tests. */
export interface RunContext extends GuardContext {
  /** Starts the command. */
  start: () => Running;
}

type Table = Pick<RunTable, "claim" | "renew" | "end">;

/**
 * Runs a due job, unless another node does or the previous run still runs; records how it ended.
 *
 * @returns exit status of this program: the command's, or 0 if there was nothing to do.
 */
export async function runJob(
  table: Table,
  timeoutSeconds: number,
  around: RunContext,
): Promise<number> {
  const { say } = around;
  const begun = await begin(table, around);
  if (!begun) return 1;
  const { claim, sent } = begun;
  if (!claim.mine) {
    if (claim.state === "skipped") say(4, "skipped: the previous run has not ended");
    else say(6, `nothing to do here: ${claim.state} on ${claim.node}`);
    return 0;
  }
  say(6, "runs here");
  const renew = (timeoutMs: number) => table.renew(timeoutMs);
  const terms = {
    renewMs: jobRenewMs,
    giveUpMs: jobGiveUpMs,
    stopSeconds: jobStopSeconds,
    timeoutSeconds,
  };
  const { status, by } = await guard(around.start(), sent, renew, terms, around);
  const state = by ? "stopped" : status === 0 ? "done" : "failed";
  say(state === "done" ? 6 : 3, by ? `ended by ${by}` : `ended with ${status}`);
  const ownTime = by === "systemd" ? answerMs : claimMs;
  await writeDown(table, state, status, ownTime, around);
  return by && status === 0 ? 1 : status;
}

/** Claims the run; retries for as long as a switch of the primary takes. */
async function begin(
  table: Table,
  { now, pause, alive, say }: RunContext,
): Promise<{ claim: Claim; sent: number } | undefined> {
  const end = now() + claimMs;
  for (;;) {
    alive();
    let problem = "the run counts as lost by now";
    try {
      const claim = await table.claim(answerMs);
      // The claim may be from an earlier attempt whose answer was lost: renew it.
      const sent = now();
      if (!claim.mine || (await table.renew(answerMs))) return { claim, sent };
    } catch (error) {
      problem = (error as Error).message;
    }
    if (now() >= end) {
      say(3, `not started: ${problem}`);
      return undefined;
    }
    await pause(1_000);
  }
}

/** Records the end of a run; an unrecorded run counts as lost two minutes later. */
async function writeDown(
  table: Table,
  state: RunEnd,
  status: number,
  milliseconds: number,
  { now, pause, alive, say }: RunContext,
): Promise<void> {
  const end = now() + milliseconds;
  for (;;) {
    alive();
    try {
      return await table.end(state, status, answerMs);
    } catch (error) {
      if (now() >= end)
        return say(3, `the end of the run cannot be recorded: ${(error as Error).message}`);
    }
    await pause(1_000);
  }
}

import {
  aliveMs,
  answerMs,
  giveUpMs,
  leaseMs,
  renewMs,
  type Lease,
  observeLease,
  type LeaseRow,
  type ObservedLease,
} from "./lease";
import type { Running } from "./command";
import { guard, type GuardContext } from "./guard";

/** Dependencies of {@link runWithLease}; replaced in tests. */
export interface LeaseContext extends GuardContext {
  /** Starts the command. */
  start: () => Running;
  /** Tells systemd that the unit is up. */
  ready: (status: string) => void;
}

type HeldLease = Pick<Lease, "token" | "node" | "read" | "take" | "renew" | "release">;

/**
 * Runs a command on one node at a time: waits for the lease, starts the command, renews the lease while it
 * runs, and stops the command before another node may start it.
 *
 * @returns exit status of this program.
 */
export async function runWithLease(
  lease: HeldLease,
  stopSeconds: number,
  around: LeaseContext,
): Promise<number> {
  const since = await standBy(lease, stopSeconds, around);
  if (since === undefined) {
    await lease.release(answerMs).catch(() => undefined);
    return 0;
  }
  around.say(6, "runs here");
  const running = around.start();
  const early = { ended: false };
  void around.pause(aliveMs).then(() => early.ended || around.ready("runs here"));
  const renew = (timeoutMs: number) => lease.renew(timeoutMs);
  const terms = { renewMs, giveUpMs, stopSeconds };
  const { status, by } = await guard(running, since, renew, terms, around);
  early.ended = true;
  await lease.release(answerMs).catch(() => undefined);
  if (by === undefined) around.say(4, `the command exited with status ${status}`);
  return by === undefined ? status : Number(by !== "systemd");
}

/**
 * Waits until this process has the lease.
 *
 * @returns time at which the successful statement was sent; undefined if systemd sent SIGTERM first.
 */
async function standBy(
  lease: HeldLease,
  stopSeconds: number,
  around: LeaseContext,
): Promise<number | undefined> {
  const { now, pause, ready, alive, say } = around;
  const stopRequest = new AbortController();
  void around.stopRequested.then(() => stopRequest.abort());
  let watched: ObservedLease | undefined;
  let logged = "";
  const tell = (level: 4 | 6, text: string) => {
    if (text === logged) return;
    logged = text;
    say(level, text);
    ready(text);
  };
  for (;;) {
    alive();
    try {
      const row = await lease.read(answerMs);
      const { node } = lease;
      const seen = observeLease(watched, row, { node, now: now(), leaseMs: leaseMs(stopSeconds) });
      watched = seen.watched;
      const sent = now();
      if (await isTaken(lease, row, seen.free)) {
        const other = row.token !== "" && row.node !== node;
        if (other) say(4, `taken over from ${row.node}, which did not renew the lease`);
        return sent;
      }
      tell(6, `waits: it runs on ${row.node || "another node"}`);
    } catch (error) {
      tell(4, `waits: ${(error as Error).message}`);
    }
    // Not Promise.race: each race adds a reaction to a promise that may stay pending for months.
    await pause(renewMs, stopRequest.signal);
    if (stopRequest.signal.aborted) return undefined;
  }
}

/** True if this process has the lease, possibly from a statement whose answer was lost. */
async function isTaken(lease: HeldLease, row: LeaseRow, free: boolean): Promise<boolean> {
  if (row.token === lease.token) return lease.renew(answerMs);
  return free && lease.take(row, answerMs);
}

import { aliveMs, answerMs, giveUpMs, leaseMs, renewMs } from "./bounds";
import type { Running } from "./command";
import { type Lease, looked, type LeaseRow, type Watched } from "./lease";

/** What a holder depends on; a test brings its own. */
export interface HoldSurroundings {
  /** Milliseconds of a clock that only goes on. */
  now: () => number;
  /** Resolves after that many milliseconds. */
  pause: (milliseconds: number) => Promise<unknown>;
  /** Resolves once systemd asks this program to end. */
  asked: Promise<unknown>;
  /** Starts the command. */
  start: () => Running;
  /** Tells systemd that the unit is up. */
  ready: (status: string) => void;
  /** Tells systemd that this program does not hang. */
  alive: () => void;
  /** Writes a line to the journal. */
  say: (level: 3 | 4 | 6, text: string) => void;
}

type HeldLease = Pick<Lease, "token" | "node" | "read" | "take" | "renew" | "giveBack">;

/**
 * Runs a command on one node at a time: waits for the lease, starts the command, renews the lease for as long
 * as it runs, and ends it before another node may begin.
 *
 * @returns status with which this program ends.
 */
export async function hold(
  lease: HeldLease,
  stopSeconds: number,
  around: HoldSurroundings,
): Promise<number> {
  const ended = around.asked.then(() => undefined);
  const since = await standBy(lease, stopSeconds, ended, around);
  if (since === undefined) {
    await lease.giveBack(answerMs).catch(() => undefined);
    return 0;
  }
  const running = around.start();
  const status = await watchOver(lease, since, running, stopSeconds, around);
  await lease.giveBack(answerMs).catch(() => undefined);
  return status;
}

/**
 * Waits until the lease is the own one.
 *
 * @returns when the statement that made sure of it was sent; undefined if systemd asked to end first.
 */
async function standBy(
  lease: HeldLease,
  stopSeconds: number,
  ended: Promise<undefined>,
  around: HoldSurroundings,
): Promise<number | undefined> {
  const { now, pause, ready, alive, say } = around;
  const asked = ended.then(() => true as const);
  let watched: Watched | undefined;
  let told = "";
  const tell = (level: 4 | 6, text: string) => {
    if (text === told) return;
    told = text;
    say(level, text);
    ready(text);
  };
  for (;;) {
    alive();
    try {
      const row = await lease.read(answerMs);
      const { node } = lease;
      const seen = looked(watched, row, { node, now: now(), leaseMs: leaseMs(stopSeconds) });
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
    if (await Promise.race([asked, pause(renewMs)])) return undefined;
  }
}

/** True if the lease is the own one, perhaps from a statement whose answer was lost. */
async function isTaken(lease: HeldLease, row: LeaseRow, free: boolean): Promise<boolean> {
  if (row.token === lease.token) return lease.renew(answerMs);
  return free && lease.take(row, answerMs);
}

/**
 * Renews the lease while the command runs.
 *
 * @returns the command's status, 0 if systemd asked for its end, 1 if the lease was lost.
 */
async function watchOver(
  lease: HeldLease,
  since: number,
  running: Running,
  stopSeconds: number,
  { now, pause, asked, ready, alive, say }: HoldSurroundings,
): Promise<number> {
  let over = false;
  const ended = running.ended.then((status) => ((over = true), status));
  void pause(aliveMs).then(() => over || ready("runs"));
  say(6, "runs here");
  const stopped = asked.then(() => stop(running, stopSeconds, pause)).then(() => 0);
  const lost = async (): Promise<number> => {
    let renewed = since;
    for (let wait = renewMs; !over;) {
      await pause(Math.min(wait, Math.max(renewed + giveUpMs - now(), 0)));
      const left = renewed + giveUpMs - now();
      if (over) break;
      if (left <= 0) {
        say(3, `the lease could not be renewed for ${giveUpMs / 1_000} s; stops`);
        await stop(running, stopSeconds, pause);
        return 1;
      }
      alive();
      const sent = now();
      try {
        if (!(await lease.renew(Math.min(answerMs, left)))) {
          say(3, "another node has the lease; ends at once");
          running.kill();
          return 1;
        }
        renewed = sent;
        wait = renewMs;
      } catch (error) {
        say(4, `the lease is not renewed: ${(error as Error).message}`);
        wait = 1_000;
      }
    }
    return ended;
  };
  return Promise.race([ended, stopped, lost()]);
}

/** Asks the command to end, and kills it after `seconds`. Resolves when it has ended. */
async function stop(
  { ended, ask, kill }: Running,
  seconds: number,
  pause: HoldSurroundings["pause"],
): Promise<void> {
  ask();
  void pause(seconds * 1_000).then(kill);
  await ended;
}

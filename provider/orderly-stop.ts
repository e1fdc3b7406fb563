import { appUnits, quotedUnits } from "../services/app/app-program";
import { connect, type ConnectArgs } from "./connect";
import type { Log } from "./engine-log";
import type { State } from "./inputs";
import { askOnlyCopy, onlyCopyIn, onlyCopyRefusal, whyOnlyCopy } from "./only-copy";
import type { Session } from "./session";

/**
 * Units to stop on a node so that other nodes take over, by role. The last process of an app node announces its stop
 * before; MySQL first hands over the primary role.
 */
export const stoppedUnits = {
  web: "nginx.service",
  app: quotedUnits(appUnits),
  db: "mysql.service",
} as const;
/** Longest stop before a host is given up, seconds: answers under way end, MySQL hands over and flushes. */
const stopSeconds = { web: 30, app: 30, db: 60 } as const;
/** Longest wait for a connection, seconds: the host may be gone already. */
const reachSeconds = 10;

/** Timer that {@link armStepBack} arms. */
export const stepBackTimer = "webstack-step-back";
/** Command that starts all stopped units of a running host; timers are part of another target. */
export const startAll = "systemctl start multi-user.target timers.target";
/** Minutes until a drained node returns by itself. */
const drainedMinutes = 15;

/** Command, for root, that has the host return to service after so many minutes. */
export function armed(minutes: number): string {
  return `systemd-run --quiet --collect --unit=${stepBackTimer} --on-active=${minutes}min ${startAll}`;
}

/**
 * Command, for root, that arms a timer: a drained host without a further command returns to service by itself. A
 * power failure removes the timer. Tried with systemd 262.
 */
export const armStepBack = armed(drainedMinutes);

function isStopped(role: string): role is keyof typeof stoppedUnits {
  return role in stoppedUnits;
}

/** Refusal to delete a database server that may have the only copy of data. */
class OnlyCopyError extends Error {}

async function refuseOnlyCopy(session: Session, node: string): Promise<void> {
  const { stdout } = await session.run(`sudo -n ${askOnlyCopy}`, { timeoutSeconds: reachSeconds });
  const why = whyOnlyCopy(onlyCopyIn(stdout));
  const line = 'add "delete saved until <YYYY-MM-DD>" to webstack:consent, and run `up` again';
  if (why.length > 0) throw new OnlyCopyError(onlyCopyRefusal(node, why, line));
}

/**
 * Stops what a host does for others, before its server is deleted: answers under way end, connections are closed instead
 * of left to a silent machine, and the primary role goes to another member. Only the host with the recorded key is
 * stopped: another server may have the address by now. A failure is a warning, because a host that is gone needs no stop.
 * A database node is asked first whether it has data that no other server may have; `mayDiscard`: that data may go.
 *
 * @throws OnlyCopyError if it has such data, which may not go; the host is left as it is.
 * @throws Error if the run is cancelled.
 */
export async function stopPermanently(
  { connection, node, role, hostKey }: State,
  {
    urn,
    signal,
    mayDiscard = false,
  }: Pick<ConnectArgs, "urn" | "signal"> & { mayDiscard?: boolean },
  log: Log,
): Promise<void> {
  if (!isStopped(role)) return;
  const timeoutSeconds = Math.min(connection.connectTimeoutSeconds ?? reachSeconds, reachSeconds);
  try {
    log.status(`stops ${stoppedUnits[role]} in order`);
    const way = { connection, pinned: hostKey, timeoutSeconds, urn, say: log.info, signal };
    const session = await connect(way);
    try {
      if (role === "db" && !mayDiscard) await refuseOnlyCopy(session, node);
      // If the server is not deleted after all, the node returns to service.
      const command = `sudo -n ${armStepBack}; sudo -n systemctl stop ${stoppedUnits[role]}`;
      const { status, stderr } = await session.run(command, { timeoutSeconds: stopSeconds[role] });
      if (status !== 0) throw new Error(stderr.trim());
    } finally {
      session.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof OnlyCopyError) throw error;
    log.warn(`${node} goes without an orderly stop: ${(error as Error).message}`);
  }
}

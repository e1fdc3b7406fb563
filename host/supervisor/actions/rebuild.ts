import { monotonicMs } from "../../time/monotonic";
import { copyFrom, endMembership, type Replication } from "./group";
import { killMysql } from "./kill-mysql";
import type { Mysql } from "../mysql";
import type { Progress } from "../observation/clone-progress";
import type { Saving } from "../saved/saving";
import { log } from "../log";

/** Whose data replaces that of this node, and why. */
export interface Source {
  donor: string;
  /** Private IPv4 address of the donor. */
  address: string;
  reason: string;
}

/**
 * Replaces all data of this node, once what only this node has is saved. One that a broken copy left
 * without data has nothing to save.
 *
 * @throws SqlError if MySQL refuses, or Error if something cannot be saved.
 */
export async function rebuild(
  mysql: Mysql,
  replication: Replication,
  { donor, address, reason }: Source,
  progress: Progress,
  saving: Saving,
): Promise<void> {
  if (!progress.cloneIncomplete) {
    await endMembership(mysql);
    await saving.save(mysql, { reason, donor });
  }
  log(3, `${reason}; all data is replaced by a copy of ${donor}`);
  progress.begin(monotonicMs());
  await copyFrom(mysql, address, replication);
  log(4, `the copy of ${donor} has ended`);
}

/**
 * Ends a copy that stands still, with its MySQL: the donor may be gone, which a recipient never
 * notices by itself (seen for three minutes, MySQL 9.7). What is left takes another copy.
 */
export async function endStuckCopy(progress: Progress): Promise<void> {
  if (!progress.isStuck(monotonicMs())) return;
  progress.restart();
  log(3, "the copy stands still; MySQL is started anew");
  await killMysql();
}

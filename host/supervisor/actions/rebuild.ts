import { monotonicMs } from "../../time/monotonic";
import { cloneFrom, endMembership, type Replication } from "./group";
import { killMysql } from "./kill-mysql";
import type { Mysql } from "../mysql";
import type { CloneProgress } from "../observation/clone-progress";
import type { SaveGuard } from "../saved/save-guard";
import { log } from "../log";

/** Donor of the clone that replaces this node's data, and the reason. */
export interface CloneSource {
  donor: string;
  /** Private IPv4 address of the donor. */
  address: string;
  reason: string;
}

/**
 * Replaces all data of this node by a clone, after saving the transactions that only this node has. A node
 * that an interrupted clone left without data has nothing to save.
 *
 * @param begins is called right before the clone, which may be long after the decision; it throws if the clone must not begin.
 *
 * @throws SqlError if MySQL refuses, or Error if a transaction cannot be saved.
 */
export async function rebuild(
  mysql: Mysql,
  replication: Replication,
  { donor, address, reason }: CloneSource,
  progress: CloneProgress,
  saving: SaveGuard,
  begins: () => Promise<void>,
): Promise<void> {
  if (!progress.cloneIncomplete) {
    await endMembership(mysql);
    await saving.save(mysql, { reason, donor });
  }
  await begins();
  log(3, `${reason}; replacing all data by a clone of ${donor}`);
  progress.begin(monotonicMs());
  await cloneFrom(mysql, address, replication);
  log(4, `the clone of ${donor} has ended`);
}

/**
 * Kills MySQL if its clone makes no progress: a recipient never notices that its donor is gone (seen for
 * three minutes, MySQL 9.7). The next attempt clones again.
 */
export async function endStuckClone(progress: CloneProgress): Promise<void> {
  if (!progress.isStuck(monotonicMs())) return;
  progress.restart();
  log(3, "the clone makes no progress; MySQL is restarted");
  await killMysql();
}

import { chmodSync, lstatSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { log } from "../../supervisor/log";
import { type Mysql, SqlError } from "../../supervisor/mysql";

/**
 * Directory of the copy. MySQL's AppArmor profile allows it to write here, and not into directories of
 * other programs. The same path is in `services/archiver/archiver.ts`.
 */
export const copyFolder = "/var/lib/mysql-files/webstack-base";

/** Content of `info.json` beside a copy. */
export interface CopyInfo {
  timeline: string;
  /** Number of the last link when the copy began. */
  link: number;
  gtids: string;
  plainBytes: number;
  mysql: string;
  /** Checksum of each table of the copy; absent: none were taken. */
  sums?: Record<string, string> | undefined;
  /** Size of the SQL of the dump beside the copy, or the reason why there is no dump; absent: none was due. */
  dump?: { plainBytes: number } | { failure: string };
}

/**
 * Lets the group of MySQL enter the folder of the copies: the program that uploads a copy runs as another user. The
 * scripts of MySQL's package take that away at each upgrade (`postinst` of mysql-server 8.4.13: `chmod 0700`).
 */
export function letGroupEnter(folder: string): void {
  chmodSync(folder, 0o750);
}

/** Encrypted files of a dump beside a copy: the SQL of the schemas, and the statements of the accounts. */
export const dumpFiles = { rows: "dump.age", accounts: "accounts.age" } as const;

/**
 * Lets the group of the files read a copy: the program that uploads it runs as another user. MySQL leaves files for
 * its user alone at times, such as a redo log that it has just begun to prepare (seen, MySQL 9.7: `#ib_redo31_tmp`).
 */
export function letGroupRead(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const path = join(folder, name);
    const stat = lstatSync(path);
    const needed = stat.isDirectory() ? 0o050 : 0o040;
    if ((stat.isFile() || stat.isDirectory()) && (stat.mode & needed) !== needed) {
      chmodSync(path, (stat.mode & 0o777) | needed);
    }
  }
}

/** A clone that is killed removes its own files first. */
const endMs = 60_000;
const checkMs = 500;
const answerMs = 5_000;
/** MySQL's error for a session that has ended. */
const unknownThread = 1094;

/**
 * Removes the copy in `folder`, also an incomplete one. A clone goes on in MySQL after its client was killed, and would
 * write into the folder again, so this function ends the clone first. The server on the copy must have ended.
 *
 * @param mysql session of the account that clones, on the server that is cloned.
 * @throws Error if the folder cannot be removed.
 */
export async function removeCopy(folder: string, mysql: Pick<Mysql, "query">): Promise<void> {
  try {
    await endClones(mysql);
  } catch (error) {
    log(4, `a clone may still run: ${(error as Error).message}`);
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 500 });
}

/** Kills the account's other sessions, which only clone, and waits for their end. It needs no privilege for its own sessions. */
async function endClones(mysql: Pick<Mysql, "query">): Promise<void> {
  const running = () =>
    mysql.query(
      "SELECT ID FROM performance_schema.processlist WHERE USER = SUBSTRING_INDEX(USER(), '@', 1) AND ID <> CONNECTION_ID()",
      answerMs,
    );
  for (const [id] of await running()) {
    log(5, `ends session ${id}, for whose clone nobody waits`);
    await mysql.query(`KILL ${Number(id)}`, answerMs).catch((error: Error) => {
      if (!(error instanceof SqlError && error.code === unknownThread)) throw error;
    });
  }
  for (let waited = 0; (await running()).length > 0; waited += checkMs) {
    if (waited >= endMs) throw new Error(`it has not ended within ${endMs / 1_000} s`);
    await delay(checkMs);
  }
}

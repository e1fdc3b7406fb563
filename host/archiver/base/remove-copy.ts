import { rmSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { log } from "../../supervisor/log";
import { type Mysql, SqlError } from "../../supervisor/mysql";

/** A clone that is killed removes its own files first. */
const endMs = 60_000;
const lookMs = 500;
const answerMs = 5_000;
/** MySQL's error for a session that has ended. */
const unknownThread = 1094;

/**
 * Removes the copy in `folder`, or what there is of it. A clone goes on in MySQL after its client was killed,
 * and would write into the folder again: it is ended first. The server on the copy must have ended.
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
  for (let waited = 0; (await running()).length > 0; waited += lookMs) {
    if (waited >= endMs) throw new Error(`it has not ended within ${endMs / 1_000} s`);
    await delay(lookMs);
  }
}

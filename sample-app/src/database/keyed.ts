import { createHash } from "node:crypto";
import { z } from "zod";
import { KeyReusedError } from "../errors";
import { isDuplicate } from "./failures";
import type { Session } from "./session";

/** A write that happens once however often it is asked for. */
export interface KeyedWrite<T> {
  /** Whose key it is, such as `entry:17`; equal keys of different scopes are different keys. */
  scope: string;
  /** The client's idempotency key. */
  key: string;
  /** What is asked for; the same key with another request is refused. Must hold no secret. */
  request: unknown;
  /** Shape of the result, checked when it comes back from the database. */
  result: z.ZodType<T>;
  /** The work, inside the transaction; returns what can be stored as JSON. */
  work: (session: Session) => Promise<T>;
}

/** Result of a {@link KeyedWrite}. */
export interface KeyedResult<T> {
  value: T;
  /** True if the work was done by an earlier call. */
  replayed: boolean;
  /** Global transaction ids of this commit, if it was this call that did the work. */
  gtid?: string;
}

/**
 * Runs a keyed write as one transaction: the key is inserted first, the work follows, its result is
 * stored with the key. A repetition, also one on a new primary after a commit of unknown outcome,
 * finds either key and work or neither of them.
 *
 * @throws KeyReusedError if the key stands for another request.
 */
export async function runKeyed<T>(session: Session, write: KeyedWrite<T>): Promise<KeyedResult<T>> {
  const key = sha256(`${write.scope}\n${write.key}`);
  const request = sha256(JSON.stringify(write.request));
  await session.run("START TRANSACTION");
  if (!(await claim(session, key, request))) {
    await session.run("ROLLBACK");
    return { value: await stored(session, key, request, write.result), replayed: true };
  }
  const value = await workOrRollback(session, write.work);
  const sql = "UPDATE idempotency_key SET result = ? WHERE key_hash = ?";
  await session.run(sql, [JSON.stringify(value), key]);
  const { gtid } = await session.run("COMMIT");
  return { value, replayed: false, gtid };
}

/** Removes some keys older than a day; a client that repeats a request later than that does it anew. */
export async function removeOldKeys(session: Session): Promise<number> {
  const sql =
    "DELETE FROM idempotency_key WHERE created_at < UTC_TIMESTAMP() - INTERVAL 1 DAY LIMIT 1000";
  return (await session.run(sql)).affectedRows;
}

async function claim(session: Session, key: Buffer, request: Buffer): Promise<boolean> {
  const sql =
    "INSERT INTO idempotency_key (key_hash, request_hash, created_at) VALUES (?, ?, UTC_TIMESTAMP())";
  try {
    // Waits here while another call with the same key is under way.
    await session.run(sql, [key, request]);
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}

async function workOrRollback<T>(
  session: Session,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  try {
    return await work(session);
  } catch (error) {
    // The connection is thrown away on an error; the lock on the key should not wait for that.
    await session.run("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

const row = z.object({ request_hash: z.instanceof(Buffer), result: z.string().nullable() });

async function stored<T>(
  session: Session,
  key: Buffer,
  request: Buffer,
  result: z.ZodType<T>,
): Promise<T> {
  const sql = "SELECT request_hash, result FROM idempotency_key WHERE key_hash = ?";
  const found = row.parse((await session.rows(sql, [key]))[0]);
  if (!found.request_hash.equals(request)) {
    throw new KeyReusedError("this idempotency key was used for another request");
  }
  return result.parse(JSON.parse(found.result ?? "null"));
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

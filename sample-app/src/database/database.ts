import { Admission } from "../admission";
import type { Clock } from "../clock";
import { systemClock } from "../clock";
import type { Log } from "../log";
import { describeError } from "../errors";
import { Connections } from "./connections";
import { isMissingTable, StaleReplicaError } from "./failures";
import type { Freshness } from "./freshness";
import { openMysql } from "./mysql";
import { defaultPolicy, retry, type RetryContext } from "./retry";
import type { OpenSession, Session } from "./session";

/** A result and the server it came from. */
export interface Answer<T> {
  value: T;
  /** Name of the database server, such as `db-3`. */
  node: string;
}

/** Arguments of {@link Database}. */
export interface DatabaseArgs {
  /** Connects to the primary. */
  openWrite: () => Promise<OpenSession>;
  /** Connects to a replica. */
  openRead: () => Promise<OpenSession>;
  /** Most connections to each of the two. */
  poolSize: number;
  /** Most reads, and most writes, that run or wait for the database at the same time. */
  maxPending: number;
  clock: Clock;
  random: () => number;
  log: Log;
}

/** Seconds a replica may take to catch up with a session's own write before the primary is asked. */
const catchUpSeconds = 0.5;

/** Longest time to find out a server's name, in milliseconds. */
const namesMs = 1000;

/** Time between two lines about the same trouble, in milliseconds. */
const quietMs = 2000;

/**
 * The database behind its two addresses. Calls outlast a change of primary: they wait and are
 * repeated until the deadline, in a queue of bounded length.
 */
export class Database {
  readonly #args: DatabaseArgs;
  readonly #write: Connections;
  readonly #read: Connections;
  readonly #writes: Admission;
  readonly #reads: Admission;
  readonly #quietUntil = { read: 0, write: 0 };

  constructor(args: DatabaseArgs) {
    this.#args = args;
    const { clock, poolSize: size, openWrite, openRead, maxPending } = args;
    const maxAgeMs = 300_000;
    this.#write = new Connections({ open: openWrite, size, spread: 1, maxAgeMs, clock });
    this.#read = new Connections({ open: openRead, size, spread: 2, maxAgeMs, clock });
    this.#writes = new Admission("writes", maxPending);
    this.#reads = new Admission("reads", maxPending);
  }

  /**
   * Runs `work` on the primary. It is repeated when the outcome is unknown, so it must be safe to
   * run twice.
   *
   * @throws UnavailableError after the deadline, OverloadedError if too many writes wait.
   */
  write<T>(work: (session: Session) => Promise<T>): Promise<Answer<T>> {
    return this.#writes.run(() =>
      retry(defaultPolicy, this.#context("write"), (_, leftMs) => on(this.#write, leftMs, work)),
    );
  }

  /**
   * Runs `work` on a replica that has what `fresh` asks for; on the primary if replicas fail or lag.
   *
   * @throws UnavailableError after the deadline, OverloadedError if too many reads wait.
   */
  read<T>(work: (session: Session) => Promise<T>, fresh?: Freshness): Promise<Answer<T>> {
    return this.#reads.run(() =>
      retry(defaultPolicy, this.#context("read"), (n, leftMs) => {
        if (usePrimary(n, fresh)) return on(this.#write, leftMs, work);
        return on(this.#read, leftMs, (session) => workOnReplica(session, work, fresh));
      }),
    );
  }

  /** Names of the servers behind the two addresses; null for one that does not answer at once. */
  async nodes(): Promise<{ write: string | null; read: string | null }> {
    const [write, read] = await Promise.all([this.#name(this.#write), this.#name(this.#read)]);
    return { write, read };
  }

  /** Cuts every connection. */
  close(): void {
    this.#write.close();
    this.#read.close();
  }

  async #name(pool: Connections): Promise<string | null> {
    const ask = async (session: Session): Promise<string> => {
      await session.rows("SELECT 1");
      return session.node;
    };
    const asked = pool.use(namesMs, ask).catch(() => null);
    return Promise.race([asked, this.#args.clock.sleep(namesMs).then(() => null)]);
  }

  #context(kind: "read" | "write"): RetryContext {
    const { clock, random, log } = this.#args;
    const onRetry = (error: unknown, attempt: number): void => {
      // The first repetitions are routine, and one line says as much as a line for each caller.
      const isQuiet = clock.now() < this.#quietUntil[kind];
      if (attempt < 2 || isQuiet) return;
      this.#quietUntil[kind] = clock.now() + quietMs;
      const waiting = (kind === "read" ? this.#reads : this.#writes).pending;
      log("warning", "database-retry", { kind, waiting, ...describeError(error) });
    };
    return { clock, random, onRetry };
  }
}

/** The program's database, as its settings describe it. */
export function openDatabase(
  settings: { writeUrl: string; readUrl: string; databaseCa?: string; poolSize: number },
  log: Log,
): Database {
  const { poolSize, databaseCa: ca } = settings;
  const open = (url: string) => () =>
    openMysql({ url, ca, connectTimeoutMs: 1000, queryTimeoutMs: 5000 });
  return new Database({
    openWrite: open(settings.writeUrl),
    openRead: open(settings.readUrl),
    poolSize,
    maxPending: 500,
    clock: systemClock,
    random: Math.random,
    log,
  });
}

function usePrimary(attempt: number, fresh: Freshness | undefined): boolean {
  return (fresh !== undefined && fresh.gtid === undefined) || attempt % 3 === 2;
}

async function workOnReplica<T>(
  session: Session,
  work: (session: Session) => Promise<T>,
  fresh: Freshness | undefined,
): Promise<T> {
  await catchUp(session, fresh);
  try {
    return await work(session);
  } catch (error) {
    if (isMissingTable(error)) throw new StaleReplicaError(`${session.node} lacks a table`);
    throw error;
  }
}

async function catchUp(session: Session, fresh: Freshness | undefined): Promise<void> {
  if (fresh?.gtid === undefined) return;
  const sql = "SELECT WAIT_FOR_EXECUTED_GTID_SET(?, ?) AS late";
  const [row] = await session.rows(sql, [fresh.gtid, catchUpSeconds]);
  if ((row as { late: number }).late !== 0) {
    throw new StaleReplicaError(`${session.node} has not yet applied ${fresh.gtid}`);
  }
}

async function on<T>(
  pool: Connections,
  leftMs: number,
  work: (session: Session) => Promise<T>,
): Promise<Answer<T>> {
  return pool.use(leftMs, async (session) => ({ value: await work(session), node: session.node }));
}

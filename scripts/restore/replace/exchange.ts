import { identifier, retryWhileLocked, qualified, type Running, shortWaitSql } from "../tables/sql";
import { type Defined, dropSql, objectsOf } from "./definitions";

/** A running primary whose definitions can be dumped. */
export type Primary = Running & Defined;

/** A table that changes its schema and keeps its name. */
export interface Move {
  table: string;
  from: string;
  to: string;
}

/** A schema's defaults and stored objects after an exchange. */
export interface Wanted {
  schema: string;
  charset: string;
  collation: string;
  /** Statements in `mysqldump`'s form. */
  definitions: Buffer;
}

/** Arguments of {@link exchange}. */
export interface Exchange {
  running: Primary;
  /** An existing schema, as the client's default one. */
  home: string;
  /** Moves in this order: those out of a schema first. */
  moves: readonly Move[];
  wanted: readonly Wanted[];
  say: (line: string) => void;
  pauseMs?: number;
}

/** Runs statements of any length on the primary. */
export async function runSql(running: Running, home: string, sql: string | Buffer): Promise<void> {
  async function* once() {
    yield Buffer.from(sql);
  }
  await running.load(home, once());
}

/**
 * Moves tables by one `RENAME TABLE`, and replaces all stored objects of the app's schemas. MySQL moves neither
 * triggers nor views to another schema (errors 1435 and 1450), so they are dropped before and created after.
 *
 * @throws Error with MySQL's message; then some of the objects may be missing, and the tables are in either place.
 */
export async function exchange(args: Exchange): Promise<void> {
  const { running, home, moves, wanted } = args;
  const schemas = wanted.map(({ schema, charset, collation }) => {
    const name = identifier(schema);
    return `CREATE DATABASE IF NOT EXISTS ${name}; ALTER DATABASE ${name} CHARACTER SET ${charset} COLLATE ${collation};\n`;
  });
  await change(args, home, schemas.join(""));
  await change(args, home, dropSql(await objectsOf(running)));
  if (moves.length > 0) await change(args, home, renameSql(moves));
  await define(args);
}

/** Creates the stored objects; those that need another schema's objects come in a later round. */
async function define(args: Exchange): Promise<void> {
  let open = [...args.wanted];
  while (open.length > 0) {
    const failed: { one: Wanted; error: Error }[] = [];
    for (const one of open) {
      await change(args, one.schema, one.definitions).catch((error: Error) =>
        failed.push({ one, error }),
      );
    }
    if (failed.length === open.length) throw failed[0]!.error;
    open = failed.map(({ one }) => one);
  }
}

function renameSql(moves: readonly Move[]): string {
  const words = moves.map(
    ({ from, to, table }) => `${qualified(from, table)} TO ${qualified(to, table)}`,
  );
  return `RENAME TABLE ${words.join(", ")}`;
}

/** Runs statements that may be run twice, once no session holds a table that they change. */
function change(args: Exchange, schema: string, sql: string | Buffer): Promise<void> {
  const statements = Buffer.concat([Buffer.from(`${shortWaitSql}\n`), Buffer.from(sql)]);
  return retryWhileLocked(args, () => runSql(args.running, schema, statements));
}

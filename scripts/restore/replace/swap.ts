import { identifier, type Side } from "../tables/sql";
import { charsetSql } from "../tables/replacement";
import { type CatalogTable, catalogOf, catalogSql } from "../tables/table-selection";
import { checkedViews, type Defined, definitionsOf, objectsOf } from "./definitions";
import { type Exchange, exchange, type Move, type Primary, runSql, type Wanted } from "./exchange";
import { isOfApp, keptSchema, recordSchema, recordSql, type Replaced } from "./record";

/** Data for a schema of the app, beside the present data. */
export interface Incoming extends Wanted {
  /** Schema that contains the tables at present. */
  loaded: string;
}

/** Arguments of {@link swap}. */
export interface Swap {
  running: Primary;
  /** All schemas that the app has afterwards; tables of its other schemas are moved away. */
  incoming: readonly Incoming[];
  /** Time of the replacement, such as `20261128_031500`: part of the names of the schemas that keep the present data. */
  stamp: string;
  say: (line: string) => void;
  pauseMs?: number;
}

/** A failed replacement that left neither the former nor the new data in place. */
export class HalfReplaced extends Error {
  /** @param undone time of the replacement to undo, which brings the data into a known state. */
  constructor(
    message: string,
    readonly undone: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** All tables of a server but MySQL's and the stack's. */
export async function tablesOf(side: Side): Promise<CatalogTable[]> {
  return catalogOf(await side.query(catalogSql));
}

/** The app's schemas, with their defaults and stored objects. Invalid views are left out, with a message. */
export async function definedSchemas(
  side: Defined,
  say: (line: string) => void,
): Promise<Wanted[]> {
  const schemas = (await side.query("SHOW DATABASES")).filter(isOfApp);
  const objects = await objectsOf(side);
  const found: Wanted[] = [];
  for (const schema of schemas) {
    const [charset = "", collation = ""] = ((await side.query(charsetSql(schema)))[0] ?? "").split(
      "\t",
    );
    const views = await checkedViews(side, objects, schema);
    for (const view of views.invalid) say(`${schema}.${view}: left out: this view is invalid`);
    const definitions = await definitionsOf(side, schema, views);
    found.push({ schema, charset, collation, definitions });
  }
  return found;
}

/**
 * Replaces the app's data by other data, and keeps the present tables in `replaced_<stamp>_<schema>` and the present
 * stored objects in the record `replaced_<stamp>`. If a step fails, the present data is restored. A failed clean-up
 * after the replacement is only reported.
 *
 * @throws HalfReplaced if the present data cannot be restored.
 * @throws Error for any other failure; the data is then as before.
 */
export async function swap({ running, incoming, stamp, say, pauseMs }: Swap): Promise<void> {
  const present = await keepPresent(running, stamp, say);
  const tables = await tablesOf(running);
  const home = recordSchema(stamp);
  const out = present.flatMap(({ schema, kept }) => moves(tables, schema, kept));
  const moved = incoming.flatMap(({ schema, loaded }) => moves(tables, loaded, schema));
  const common = { running, home, say, ...(pauseMs === undefined ? {} : { pauseMs }) };
  try {
    await exchange({ ...common, moves: [...out, ...moved], wanted: incoming });
  } catch (error) {
    await putBack({ ...common, wanted: present }, { out, moved, stamp }, error as Error);
    await forgetIfPossible(common, stamp, present);
    throw new Error(`${(error as Error).message}; the former data is in place`, { cause: error });
  }
  const loaded = incoming.map((each) => each.loaded);
  await dropEmpty(running, loaded).catch(({ message }: Error) =>
    say(
      `note: the data is in place; of the empty schemas ${loaded.join(", ")} one was not dropped (${message}); drop it by hand`,
    ),
  );
  for (const { schema, kept, tables: count } of present) {
    if (count > 0) say(`${schema}  ${count} former tables are in ${kept}`);
  }
}

/** Undoes an exchange that failed. @throws HalfReplaced if that fails too. */
async function putBack(
  args: Omit<Exchange, "moves">,
  { out, moved, stamp }: Record<"out" | "moved", readonly Move[]> & { stamp: string },
  cause: Error,
): Promise<void> {
  try {
    // After a lost connection only the server knows whether the rename was done.
    const now = await tablesOf(args.running);
    const has = (schema: string, table: string) =>
      now.some((each) => each.schema === schema && each.table === table);
    const isMoved =
      out.some(({ to, table }) => has(to, table)) ||
      moved.some(({ from, table }) => !has(from, table));
    await exchange({ ...args, moves: isMoved ? [...reversed(moved), ...reversed(out)] : [] });
  } catch (error) {
    throw new HalfReplaced(
      `${cause.message}; and the former data could not be put back: ${(error as Error).message}`,
      stamp,
      { cause },
    );
  }
}

/** Records the present data, and creates the schemas that will keep it. */
async function keepPresent(
  running: Primary,
  stamp: string,
  say: (line: string) => void,
): Promise<Replaced[]> {
  const tables = await tablesOf(running);
  const present = (await definedSchemas(running, say)).map((each) => ({
    ...each,
    kept: keptSchema(stamp, each.schema),
    tables: tables.filter(({ schema }) => schema === each.schema).length,
  }));
  const home = recordSchema(stamp);
  await running.query(`CREATE DATABASE ${identifier(home)}`);
  try {
    await runSql(running, home, recordSql(stamp, present));
    for (const { kept, tables: count, charset, collation } of present) {
      const form = `CHARACTER SET ${charset} COLLATE ${collation}`;
      if (count > 0) await running.query(`CREATE DATABASE ${identifier(kept)} ${form}`);
    }
  } catch (error) {
    await forget(running, stamp, present).catch(({ message }: Error) => say(message));
    throw error;
  }
  return present;
}

/** Drops the record of a replacement, and its schemas without tables. */
async function forget(
  running: Primary,
  stamp: string,
  replaced: readonly Replaced[],
): Promise<void> {
  await dropEmpty(
    running,
    replaced.map(({ kept }) => kept),
  );
  await running.query(`DROP DATABASE ${identifier(recordSchema(stamp))}`);
}

/** As {@link forget}; a failure is only reported, since the record is not needed any more. */
export async function forgetIfPossible(
  { running, say }: Pick<Swap, "running" | "say">,
  stamp: string,
  replaced: readonly Replaced[],
): Promise<void> {
  await forget(running, stamp, replaced).catch(({ message }: Error) =>
    say(
      `note: the data is in place; ${recordSchema(stamp)} is not needed any more and was not dropped (${message}); drop it by hand, and do not undo ${stamp}`,
    ),
  );
}

function moves(tables: readonly CatalogTable[], from: string, to: string): Move[] {
  return tables.filter(({ schema }) => schema === from).map(({ table }) => ({ table, from, to }));
}

function reversed(all: readonly Move[]): Move[] {
  return all.map(({ table, from, to }) => ({ table, from: to, to: from }));
}

/** Drops those of the schemas that exist and have no table. */
async function dropEmpty(running: Primary, schemas: readonly string[]): Promise<void> {
  const tables = await tablesOf(running);
  for (const schema of schemas) {
    if (tables.some((each) => each.schema === schema)) continue;
    await running.query(`DROP DATABASE IF EXISTS ${identifier(schema)}`);
  }
}

import { definitionIn } from "./definition";
import {
  type Copy,
  identifier,
  retryWhileLocked,
  qualified,
  type Running,
  shortWaitSql,
  type Side,
} from "./sql";
import {
  charsetSql,
  checkReplacement,
  foreignKeysOf,
  foreignKeysSql,
  type ForeignKey,
  keyOf,
  renameSql,
} from "./replacement";
import { columnsOf, columnsSql, type Content, contentOf, sumSql } from "./sum";
import {
  type CatalogTable,
  catalogOf,
  catalogSql,
  chosenTables,
  type SelectedTable,
} from "./table-selection";

/** Tables to copy from a restored database into the running stack. */
export interface TableImport {
  copy: Copy;
  running: Running;
  wanted: readonly SelectedTable[];
  /** Part of the names of new schemas, such as `20261128_031500`. */
  stamp: string;
  /** True: the restored tables replace the present ones. */
  replace: boolean;
  say: (line: string) => void;
  pauseMs?: number;
}

/** The tables to import, with their new schemas. */
interface Plan extends TableImport {
  tables: CatalogTable[];
  present: CatalogTable[];
  foreignKeys: ForeignKey[];
  restored: (schema: string) => string;
  replaced: (schema: string) => string;
}

/**
 * Copies tables into new schemas beside the present tables, and compares them with the restored database. Then, and
 * only with `replace`, the restored tables replace the present ones.
 *
 * @throws Error if a table cannot be imported, or if its content differs from that of the copy; new schemas are then dropped.
 */
export async function importTables(tableImport: TableImport): Promise<void> {
  const plan = await planned(tableImport);
  const { running, say, tables, replace } = plan;
  const schemas = [...new Set(tables.map(({ schema }) => schema))];
  const made: string[] = [];
  try {
    for (const schema of schemas) made.push(await makeSchema(plan, schema, plan.restored(schema)));
    const reachable = new Set(replace ? plan.present.map(keyOf) : []);
    for (const table of tables) await importTable({ ...plan, reachable }, table);
    if (replace) await takePlace(plan, schemas, made);
  } catch (error) {
    for (const schema of made) {
      await running.query(`DROP DATABASE ${identifier(schema)}`).catch(({ message }: Error) => {
        say(`${schema} could not be dropped and is not whole: ${message}`);
      });
    }
    throw error;
  }
}

async function planned(tableImport: TableImport): Promise<Plan> {
  const { copy, running, wanted, stamp, replace, say } = tableImport;
  const tables = chosenTables(wanted, catalogOf(await copy.query(catalogSql)));
  const present = catalogOf(await running.query(catalogSql));
  const foreignKeys = foreignKeysOf(await running.query(foreignKeysSql));
  if (replace) checkReplacement({ tables, present, foreignKeys });
  const isOne = new Set(tables.map(({ schema }) => schema)).size === 1;
  const nameOf = (what: string) => (schema: string) =>
    `${what}_${stamp}${isOne ? "" : `_${schema}`}`.slice(0, 64);
  for (const { schema, table, triggers } of tables) {
    if (triggers.length > 0)
      say(`${schema}.${table}: not imported: triggers ${triggers.join(", ")}`);
  }
  const [restored, replaced] = [nameOf("restored"), nameOf("replaced")];
  return { ...tableImport, tables, present, foreignKeys, restored, replaced };
}

/** Creates a schema with the character set and collation of another one; returns the new name. */
export async function makeSchema(
  { copy, running }: Pick<TableImport, "copy" | "running">,
  like: string,
  name: string,
): Promise<string> {
  const [charset, collation] = ((await copy.query(charsetSql(like)))[0] ?? "").split("\t");
  const form = collation ? ` CHARACTER SET ${charset} COLLATE ${collation}` : "";
  await running.query(`CREATE DATABASE ${identifier(name)}${form}`);
  return name;
}

/** Tables that come together, and their places. */
export interface Loading extends Pick<TableImport, "copy" | "running" | "say" | "pauseMs"> {
  tables: readonly CatalogTable[];
  /** Tables that foreign keys may reference besides, as `schema.table`. */
  reachable: ReadonlySet<string>;
  /** New schema of the tables of a schema. */
  restored: (schema: string) => string;
}

/** Creates a table in its new schema, and loads its rows. @throws Error if they differ from the copy's. */
export async function importTable(
  loading: Loading,
  { schema, table }: CatalogTable,
): Promise<void> {
  const { copy, running, say, restored, reachable, tables } = loading;
  const shown = await copy.query(`SHOW CREATE TABLE ${qualified(schema, table)}`);
  const create = shown.join("\n").slice((shown[0] ?? "").indexOf("\t") + 1);
  const imported = new Map(tables.map((each) => [keyOf(each), restored(each.schema)]));
  const { sql, leftOut } = definitionIn(create, table, { from: schema, imported, reachable });
  for (const key of leftOut) {
    say(`${schema}.${table}: left out: foreign key ${key}, whose table is not imported`);
  }
  const session = "SET NAMES utf8mb4; SET SESSION foreign_key_checks = 0, sql_mode = ''; ";
  const to = restored(schema);
  await change(loading, session + sql);
  await running.load(to, copy.dump(schema, table));
  const here = await content(copy, schema, table);
  const there = await content(running, to, table);
  if (here.sum !== there.sum || here.rows !== there.rows) {
    throw new Error(
      `${to}.${table} has ${there.rows} rows, sum ${there.sum}; the restored copy has ${here.rows}, sum ${here.sum}`,
    );
  }
  say(`${to}.${table}  ${there.rows} rows, sum ${there.sum.slice(0, 16)}: the same as in the copy`);
}

async function content(side: Side, schema: string, table: string): Promise<Content> {
  const columns = columnsOf(await side.query(columnsSql(schema, table)));
  return contentOf(await side.query(sumSql(schema, table, columns)));
}

/** Moves the present tables away and the restored tables to their place, atomically. */
async function takePlace(plan: Plan, schemas: string[], made: string[]): Promise<void> {
  const { running, say, tables, present, restored, replaced } = plan;
  const keys = new Set(tables.map(keyOf));
  const moved = present.filter((each) => keys.has(keyOf(each)));
  for (const schema of schemas) {
    const has = await running.query(charsetSql(schema));
    if (has.length === 0) await makeSchema(plan, schema, schema);
  }
  for (const schema of new Set(moved.map((each) => each.schema))) {
    await makeSchema(plan, schema, replaced(schema));
  }
  await change(plan, renameSql({ tables, present: moved }, { restored, replaced }));
  // From here on the restored tables are in place: a failed clean-up is only reported.
  await dropOldKeys(plan, moved);
  for (const schema of made.splice(0)) {
    const sql = `DROP DATABASE ${identifier(schema)}`;
    await running.query(sql).catch(byHand(plan, sql));
  }
  const before = new Set(moved.map(keyOf));
  for (const { schema, table } of tables) {
    const old = before.has(`${schema}.${table}`);
    const was = old ? `; what was there is ${replaced(schema)}.${table}` : "";
    say(`${schema}.${table}  is the restored one now${was}`);
  }
}

/** Drops foreign keys of moved tables, which would still refuse or delete rows of the app's own tables. */
async function dropOldKeys(plan: Plan, moved: readonly CatalogTable[]): Promise<void> {
  const { foreignKeys, replaced, tables, say } = plan;
  const keys = new Set(tables.map(keyOf));
  for (const { name, child, parent } of foreignKeys) {
    const from = moved.find((each) => keyOf(each) === child);
    if (!from || keys.has(parent)) continue;
    const place = qualified(replaced(from.schema), from.table);
    const sql = `ALTER TABLE ${place} DROP FOREIGN KEY ${identifier(name)}`;
    const done = `${replaced(from.schema)}.${from.table}: its foreign key ${name} to ${parent} was dropped`;
    await change(plan, sql).then(() => say(done), byHand(plan, sql));
  }
}

/** Reports a failure after the restored tables were moved into place. */
function byHand({ say }: Plan, sql: string) {
  return ({ message }: Error) =>
    say(`note: the restored tables are in place; run by hand: ${sql} (${message})`);
}

/** Runs a statement that changes tables of the running stack. */
function change(
  { running, ...patience }: Pick<TableImport, "running" | "say" | "pauseMs">,
  sql: string,
) {
  return retryWhileLocked(patience, () => running.query(`${shortWaitSql} ${sql}`));
}

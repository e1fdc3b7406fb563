import { importTable, makeSchema } from "../tables/import-tables";
import { type Copy, identifier } from "../tables/sql";
import type { Defined } from "./definitions";
import type { Primary } from "./exchange";
import { isOfApp, loadedSchema } from "./record";
import { definedSchemas, type Incoming, tablesOf } from "./swap";

/** A restored database to load beside the present data. */
export interface LoadAll {
  copy: Copy & Defined;
  running: Primary;
  /** Time of the replacement, such as `20261128_031500`. */
  stamp: string;
  say: (line: string) => void;
  pauseMs?: number;
}

/**
 * Loads all schemas of the app into schemas of their own, `restored_<stamp>_<schema>`, and compares each table
 * with the copy.
 *
 * @throws Error if a table cannot be loaded or differs; the new schemas are then dropped.
 */
export async function loadAll(args: LoadAll): Promise<Incoming[]> {
  const { copy, running, stamp, say } = args;
  const schemas = await definedSchemas(copy, say);
  if (schemas.length === 0) {
    throw new Error(
      "the restored database has no schema of an app; choose another moment with --to",
    );
  }
  const dotted = schemas.filter(({ schema }) => schema.includes("."));
  if (dotted.length > 0) {
    const names = dotted.map(({ schema }) => schema).join(", ");
    throw new Error(`names of schemas must have no dot, got ${names}; restore with --into new`);
  }
  const tables = (await tablesOf(copy)).filter(({ schema }) => isOfApp(schema));
  const restored = (schema: string) => loadedSchema(stamp, schema);
  const made: string[] = [];
  try {
    for (const { schema } of schemas) {
      made.push(await makeSchema(args, schema, restored(schema)));
    }
    const loading = { ...args, tables, reachable: new Set<string>(), restored };
    for (const table of tables) await importTable(loading, table);
  } catch (error) {
    await dropAll(running, made, say);
    throw error;
  }
  return schemas.map((each) => ({ ...each, loaded: restored(each.schema) }));
}

/** Drops loaded schemas; a schema that cannot be dropped is named. */
export async function dropAll(
  running: Primary,
  schemas: readonly string[],
  say: (line: string) => void,
): Promise<void> {
  for (const schema of schemas) {
    await running
      .query(`DROP DATABASE IF EXISTS ${identifier(schema)}`)
      .catch(({ message }: Error) =>
        say(`${schema} could not be dropped and is not needed: ${message}`),
      );
  }
}

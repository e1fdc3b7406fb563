import { identifier } from "../tables/identifier";
import { exchange, type Primary } from "./exchange";
import { dropAll } from "./load-all";
import { loadedSchema, readRecord, recordSchema } from "./record";
import { forget, swap, tablesOf } from "./swap";

/** Arguments of {@link undoReplace}. */
export interface Undo {
  running: Primary;
  /** Time of the replacement to undo, such as `20261128_031500`. */
  undone: string;
  /** Time of the undoing: part of the names of the schemas that keep what is in place now. */
  stamp: string;
  say: (line: string) => void;
  pauseMs?: number;
}

/**
 * Puts the data that a replacement kept back in place, and keeps what is in place now, as {@link swap} does. After
 * a replacement that failed before it moved a table, only the stored objects are created again. What such a
 * replacement had loaded is dropped.
 *
 * @throws Error if there is no record of the replacement, or as {@link swap} does.
 */
export async function undoReplace({ undone, ...args }: Undo): Promise<void> {
  const { running, say } = args;
  const record = await readRecord(running, undone);
  const tables = await tablesOf(running);
  const wanted = record.reduce((sum, each) => sum + each.tables, 0);
  const kept = tables.filter(({ schema }) => record.some((each) => each.kept === schema)).length;
  if (kept !== wanted && kept > 0) {
    throw new Error(
      `the replacement of ${undone} kept ${wanted} tables, and ${kept} are there; move the tables by hand`,
    );
  }
  if (kept === 0 && wanted > 0) {
    await exchange({ ...args, home: recordSchema(undone), moves: [], wanted: record });
    say("no table had been moved; the stored objects are there again");
  } else {
    await swap({ ...args, incoming: record.map((each) => ({ ...each, loaded: each.kept })) });
  }
  const left = (await running.query("SHOW DATABASES")).filter((schema) =>
    schema.startsWith(loadedSchema(undone, "")),
  );
  await dropAll(running, left, say);
  await forget(running, undone, record);
}

/** Drops the data that a replacement kept. @throws Error if there is no record of the replacement. */
export async function dropReplaced(
  running: Primary,
  stamp: string,
  say: (line: string) => void,
): Promise<void> {
  const record = await readRecord(running, stamp);
  for (const { kept, tables } of record) {
    if (!kept.startsWith(`${recordSchema(stamp)}_`)) {
      throw new Error(`the record of ${stamp} names ${kept}, which is no schema of a replacement`);
    }
    await running.query(`DROP DATABASE IF EXISTS ${identifier(kept)}`);
    say(`${kept}  ${tables} tables dropped`);
  }
  await running.query(`DROP DATABASE ${identifier(recordSchema(stamp))}`);
}

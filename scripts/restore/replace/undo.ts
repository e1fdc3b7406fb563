import { identifier } from "../tables/sql";
import { exchange, type Primary } from "./exchange";
import { dropAll } from "./load-all";
import { loadedSchema, readRecord, recordSchema, type Replaced } from "./record";
import { forgetIfPossible, HalfReplaced, swap, tablesOf } from "./swap";

/** Arguments of {@link undoReplace}. */
export interface Undo {
  running: Primary;
  /** Time of the replacement to undo, such as `20261128_031500`. */
  undone: string;
  /** Time of the undo: part of the names of the schemas that keep the present data. */
  stamp: string;
  say: (line: string) => void;
  pauseMs?: number;
}

/** Record and schemas from which an undo starts. */
interface Undoable {
  record: Replaced[];
  /** False: the replacement moved no table. */
  isMoved: boolean;
}

/**
 * Reads the record of a replacement; changes nothing.
 *
 * @throws Error if there is no record of the replacement, or if some of its tables are gone.
 */
export async function undoable(running: Primary, undone: string): Promise<Undoable> {
  const record = await readRecord(running, undone);
  const tables = await tablesOf(running);
  const wanted = record.reduce((sum, each) => sum + each.tables, 0);
  const kept = tables.filter(({ schema }) => record.some((each) => each.kept === schema)).length;
  if (kept !== wanted && kept > 0) {
    throw new Error(
      `the replacement of ${undone} kept ${wanted} tables, and ${kept} are there; move the tables by hand`,
    );
  }
  return { record, isMoved: kept > 0 || wanted === 0 };
}

/**
 * Restores the data that a replacement kept, and keeps the present data, as {@link swap} does. After a replacement that
 * failed before it moved a table, only the stored objects are created again, and the schemas that it loaded are
 * dropped.
 *
 * @throws HalfReplaced if the stored objects cannot be created again, or as {@link swap} does.
 * @throws Error as {@link undoable} and {@link swap} do.
 */
export async function undoReplace({ undone, ...args }: Undo): Promise<void> {
  const { running, say } = args;
  const { record, isMoved } = await undoable(running, undone);
  if (isMoved) {
    await swap({ ...args, incoming: record.map((each) => ({ ...each, loaded: each.kept })) });
  } else {
    const home = recordSchema(undone);
    await exchange({ ...args, home, moves: [], wanted: record }).catch((error: Error) => {
      const message = `the stored objects could not be created again: ${error.message}`;
      throw new HalfReplaced(message, undone, { cause: error });
    });
    say("no table had been moved; the stored objects are there again");
  }
  await dropLoaded(running, undone, say);
  await forgetIfPossible(args, undone, record);
}

/** Drops schemas that a replacement loaded and did not move into place; a failure is only reported. */
async function dropLoaded(
  running: Primary,
  undone: string,
  say: (line: string) => void,
): Promise<void> {
  const start = loadedSchema(undone, "");
  try {
    const schemas = await running.query("SHOW DATABASES");
    const left = schemas.filter((schema) => schema.startsWith(start));
    await dropAll(running, left, say);
  } catch (error) {
    say(
      `note: the data is in place; schemas ${start}… are not needed any more and were not looked for (${(error as Error).message}); drop them by hand`,
    );
  }
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

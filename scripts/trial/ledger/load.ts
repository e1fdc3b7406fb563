import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { bulkSql } from "./copy";
import { runStep, stepsOf } from "./ddl";
import { EventWrites } from "./event-writes";
import type { Entry } from "./operations";
import { OtherWrites } from "./other-writes";
import { RowWriter, oneOf, seeded } from "./row-writer";
import { Session } from "./session";

/** What the process of the load is told, by a message, so that no process list has the marker. */
export interface LoadOrder {
  /** Socket of the primary. */
  socket: string;
  /** File for the entries, one JSON text a line. */
  journal: string;
  seconds: number;
  seed: number;
  /** Text of a row that must be found nowhere. */
  marker: string;
  /** Rows of the one large transaction. */
  bulkRows: number;
}

const writerCount = 8;
/** Transactions per second, of all writers. */
const rate = 100;
/** Pause between two statements of DDL. */
const ddlMs = 900;

/** Ways in which sessions write to the binary log; the writers take them in turn. */
const forms = [
  "SET SESSION binlog_row_image = FULL",
  "SET SESSION binlog_row_value_options = PARTIAL_JSON",
  "SET SESSION binlog_row_value_options = PARTIAL_JSON, binlog_row_image = MINIMAL",
  "SET SESSION binlog_transaction_compression = ON",
];

/** Calls `each` at a steady pace until the end; late calls follow at once. */
async function paced(endMs: number, everyMs: number, each: () => Promise<void>): Promise<void> {
  for (let dueMs = Date.now(); dueMs < endMs && Date.now() < endMs; dueMs += everyMs) {
    await delay(Math.max(0, dueMs - Date.now()));
    await each();
  }
}

/** Writes until the time is over, with an entry for each acknowledged transaction. @returns number of transactions that were rolled back. */
export async function writeLoad(order: LoadOrder): Promise<number> {
  const { socket, seconds, seed } = order;
  const file = createWriteStream(order.journal);
  const keep = (entry: Entry) => void file.write(`${JSON.stringify(entry)}\n`);
  const random = seeded(seed);
  const open = () => Session.open(socket, keep);
  const endMs = Date.now() + seconds * 1_000;
  let rolledBack = 0;

  const writer = async (number: number) => {
    const session = await open();
    await session.query(forms[number % forms.length]!);
    const rows = new RowWriter(number, writerCount, session, seeded(seed + 1 + number));
    const kinds = [...new EventWrites(rows).kinds, ...new OtherWrites(rows).kinds];
    await delay(random() * (writerCount / rate) * 1_000);
    await paced(endMs, (writerCount / rate) * 1_000, async () => {
      if (!(await oneOf(rows.random, kinds)())) rolledBack += 1;
    });
    session.close();
  };

  const ddl = async () => {
    const session = await open();
    let [round, steps] = [0, stepsOf(0).slice(0, 0)];
    await paced(endMs, ddlMs, async () => {
      if (steps.length === 0) steps = stepsOf((round += 1));
      await runStep(session, steps.shift()!);
    });
    session.close();
  };

  const bulk = async () => {
    const session = await open();
    const { bulkRows, marker } = order;
    const row = { id: "1", text: marker };
    await session.statement("INSERT INTO app.secrets VALUES (1, ?)", [marker], () => [
      { do: "put", table: "app.secrets", row },
    ]);
    await delay(seconds * 300);
    const salt = `salt${seed}`;
    await session.statement(bulkSql(bulkRows, salt), [], () => [
      { do: "fill", count: bulkRows, salt },
    ]);
    await delay(seconds * 150);
    await session.statement("UPDATE app.bulk SET n = n + 1 WHERE id % 10 = 3", [], () => [
      { do: "each", change: "add", divisor: 10, rest: 3 },
    ]);
    await delay(seconds * 150);
    await session.statement("DELETE FROM app.bulk WHERE id % 7 = 5", [], () => [
      { do: "each", change: "delete", divisor: 7, rest: 5 },
    ]);
    session.close();
  };

  const writers = Array.from({ length: writerCount }, (_, number) => writer(number));
  await Promise.all([...writers, ddl(), bulk()]);
  file.end();
  await once(file, "finish");
  return rolledBack;
}

/** Runs as a process of its own, so that nothing else delays its clock. */
export function loadProcess(): void {
  process.once("message", (order: LoadOrder) => {
    writeLoad(order).then(
      (rolledBack) => {
        process.send!({ rolledBack });
        process.disconnect();
      },
      (error: Error) => {
        console.error(error.stack);
        process.exit(1);
      },
    );
  });
}

import { createConnection, type Connection as PlainConnection } from "mysql2";
import type { Entry, Operation, Value } from "./operations";

/** How often MySQL rolled a transaction back for a lock or a conflict, and it was not repeated. */
const rolledBack = new Set([1205, 1213, 1180, 3101]);

const types = { bit: 16, json: 245, blob: 252, varString: 253, string: 254 };
const binaryCharset = 63;

/** A column of a result. */
export interface Field {
  name: string;
  type: number;
  isBinary: boolean;
}

export const isJson = ({ type }: Field) => type === types.json;
/** True for a column whose bytes are no text. */
export const isBytes = ({ type, isBinary }: Field) =>
  type === types.bit ||
  (isBinary && (type === types.blob || type === types.varString || type === types.string));

interface Answer {
  rows: Value[][];
  gtid: string | undefined;
  insertId: number;
}

/** A connection of the trial to a MySQL on this machine, as root. */
export class Session {
  private constructor(
    private readonly connection: PlainConnection,
    private readonly keep: (entry: Entry) => void,
  ) {}

  /** @param keep takes each transaction once it is acknowledged. */
  static async open(
    socketPath: string,
    keep: (entry: Entry) => void = () => undefined,
  ): Promise<Session> {
    const connection = createConnection({
      ...{ socketPath, user: "root", charset: "utf8mb4_0900_ai_ci", rowsAsArray: true },
      authPlugins: { auth_socket: () => () => Buffer.alloc(0) },
      typeCast: (field) => field.buffer(),
    });
    await new Promise<void>((resolve, reject) =>
      connection.connect((error) => (error ? reject(error) : resolve())),
    );
    const session = new Session(connection, keep);
    await session.query(
      "SET SESSION session_track_gtids = OWN_GTID, cte_max_recursion_depth = 400000",
    );
    await session.query("SET SESSION print_identified_with_as_hex = ON");
    return session;
  }

  /** Runs a statement; values in rows are texts. */
  query(sql: string, values: readonly unknown[] = []): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.connection.query(sql, [...values], (error, result) => {
        if (error) return reject(error);
        if (Array.isArray(result)) {
          const lists = (
            Array.isArray(result[0]) || result.length === 0 ? result : []
          ) as (Buffer | null)[][];
          const rows = lists.map((row) => row.map((value) => value?.toString("utf8") ?? null));
          return resolve({ rows, gtid: undefined, insertId: 0 });
        }
        const { insertId, stateChanges } = result as {
          insertId: number;
          stateChanges?: { gtids: string[] };
        };
        resolve({ rows: [], gtid: stateChanges?.gtids[0], insertId });
      });
    });
  }

  /** Calls back for each row of a query, and returns the columns. */
  each(sql: string, take: (row: (Buffer | null)[], fields: Field[]) => void): Promise<Field[]> {
    return new Promise((resolve, reject) => {
      let fields: Field[] = [];
      this.connection
        .query(sql)
        .on("error", reject)
        .on("fields", (found: { name: string; columnType: number; characterSet: number }[]) => {
          fields = found.map(({ name, columnType, characterSet }) => ({
            ...{ name, type: columnType, isBinary: characterSet === binaryCharset },
          }));
        })
        .on("result", (row: unknown) => take(row as (Buffer | null)[], fields))
        .on("end", () => resolve(fields));
    });
  }

  /**
   * Runs a statement that is a transaction, and keeps what it did.
   *
   * @param operations what it does; may ask MySQL, since the transaction is kept after them.
   * @throws Error if MySQL names no GTID in its acknowledgement.
   */
  async statement(
    sql: string,
    values: readonly unknown[],
    operations: (insertId: number) => Operation[] | Promise<Operation[]>,
  ): Promise<void> {
    const sentUs = Date.now() * 1_000;
    const { gtid, insertId } = await this.query(sql, values);
    const acknowledgedUs = Date.now() * 1_000;
    if (gtid === undefined) throw new Error(`no GTID was acknowledged for: ${sql.slice(0, 200)}`);
    const [uuid, number] = gtid.split(":");
    this.keep({
      ...{ uuid: uuid!, number: Number(number), sentUs, acknowledgedUs },
      operations: await operations(insertId),
    });
  }

  /** Runs statements in a transaction. @returns false if MySQL rolled it back for a lock or a conflict. */
  async transaction(body: () => Promise<Operation[]>): Promise<boolean> {
    return this.unlessRolledBack(async () => {
      await this.query("START TRANSACTION");
      const operations = await body();
      await this.statement("COMMIT", [], () => operations);
    });
  }

  /** Runs something, and returns false if MySQL rolled it back for a lock or a conflict. */
  async unlessRolledBack(body: () => Promise<void>): Promise<boolean> {
    try {
      await body();
      return true;
    } catch (error) {
      if (!rolledBack.has((error as { errno?: number }).errno ?? 0)) throw error;
      await this.query("ROLLBACK");
      return false;
    }
  }

  close(): void {
    this.connection.destroy();
  }
}

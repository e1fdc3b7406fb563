import { type Connection, type ConnectionOptions, createConnection } from "mysql2/promise";
import type { RowDataPacket, ResultSetHeader } from "mysql2";
import { query } from "../operate/databases";
import type { StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";
import { accounts, type BankAccess, type Booked, type Books, opening } from "./bank";
import { openPipes } from "./tunnel";

/** A {@link BankAccess} to tables of the database. */
export interface OpenBankAccess extends BankAccess {
  /** Reads the books of a member. */
  books: (node: string) => Promise<Books>;
  /** Ends the connections to the proxies. */
  close: () => void;
}

const accountTable = "app.drill_account";
const transferTable = "app.drill_transfer";
const connectMs = 1_000;
const statementMs = 5_000;

const dropTables = `DROP TABLE IF EXISTS ${accountTable}, ${transferTable}`;
const tables = [
  dropTables,
  `CREATE TABLE ${accountTable} (id INT PRIMARY KEY, balance INT NOT NULL)`,
  `CREATE TABLE ${transferTable} (id CHAR(16) PRIMARY KEY, payer INT NOT NULL, payee INT NOT NULL, amount INT NOT NULL)`,
  `INSERT INTO ${accountTable} VALUES ${Array.from({ length: accounts }, (_, i) => `(${i}, ${opening})`).join(", ")}`,
].join("; ");

/**
 * Creates a bank's tables on the primary, and connections to the database proxies on an app node, to which
 * a user's own program would connect.
 */
export async function openBankAccess(
  outputs: StackOutputs,
  primary: string,
): Promise<OpenBankAccess> {
  await query(outputs, primary, tables);
  const app = outputs.nodes.find(({ role }) => role === "app")!.name;
  const { login, ca } = await credentials(outputs, app);
  const tunnel = await openPipes(outputs, app, [3306, 3307]);
  const [writes, reads] = tunnel.sockets.map((socketPath) => ({
    ...{ ...login, socketPath, connectTimeout: connectMs },
    ssl: { ca, rejectUnauthorized: true },
  }));
  return {
    transfer: (booking) => shortly(writes!, (connection) => book(connection, booking)),
    audit: () => shortly(reads!, balancesOf),
    books: (node) => booksOf(outputs, node),
    close: tunnel.close,
  };
}

/** Removes the tables of a bank; `primary` is the present primary. */
export async function removeBooks(outputs: StackOutputs, primary: string): Promise<void> {
  await query(outputs, primary, dropTables);
}

/** Database credentials of the app on a node. */
async function credentials(outputs: StackOutputs, app: string) {
  const file = await runOnNode(outputs, app, "sudo cat /etc/webstack/app.env");
  const value = (key: string) => new RegExp(`^${key}="?([^"\\n]+)`, "m").exec(file)?.[1];
  const { username: user, password, pathname } = new URL(value("DATABASE_URL_RW")!);
  const ca = await runOnNode(outputs, app, `sudo cat ${value("DATABASE_CA_FILE")}`);
  return { login: { user, password, database: pathname.slice(1) }, ca };
}

async function shortly<T>(
  options: ConnectionOptions,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await createConnection(options);
  // Without a listener the error of a broken idle connection would end the process.
  connection.on("error", () => undefined);
  try {
    const result = await work(connection);
    await connection.end();
    return result;
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

/** Reads two balances, writes both and records the transfer; does nothing for a recorded transfer. */
async function book(connection: Connection, { id, payer, payee, amount }: Booked): Promise<void> {
  const run = async <T extends RowDataPacket[] | ResultSetHeader>(sql: string, values: unknown[]) =>
    (await connection.query<T>({ sql, timeout: statementMs }, values))[0];
  await run("START TRANSACTION", []);
  const noted = await run<ResultSetHeader>(`INSERT IGNORE INTO ${transferTable} VALUES (?)`, [
    [id, payer, payee, amount],
  ]);
  if (noted.affectedRows === 1) {
    const rows = await run<RowDataPacket[]>(
      `SELECT id, balance FROM ${accountTable} WHERE id IN (?) ORDER BY id FOR UPDATE`,
      [[payer, payee]],
    );
    for (const { id: account, balance } of rows as { id: number; balance: number }[]) {
      const after = account === payer ? balance - amount : balance + amount;
      await run(`UPDATE ${accountTable} SET balance = ? WHERE id = ?`, [after, account]);
    }
  }
  await run("COMMIT", []);
}

async function balancesOf(connection: Connection) {
  const sql = `SELECT @@hostname node, COUNT(*) count, SUM(balance) sum FROM ${accountTable}`;
  const [rows] = await connection.query<RowDataPacket[]>({ sql, timeout: statementMs });
  const { node, count, sum } = rows[0] as { node: string; count: number; sum: string };
  return count === 0 ? undefined : { node, sum: Number(sum) };
}

async function booksOf(outputs: StackOutputs, node: string): Promise<Books> {
  const sql =
    `SELECT balance FROM ${accountTable} ORDER BY id; ` +
    `SELECT id, payer, payee, amount FROM ${transferTable} ORDER BY id`;
  const rows = (await query(outputs, node, sql)).map((line) => line.split("\t"));
  return {
    balances: rows.filter(({ length }) => length === 1).map(([balance]) => Number(balance)),
    transfers: rows
      .filter(({ length }) => length === 4)
      .map(([id, ...numbers]) => {
        const [payer, payee, amount] = numbers.map(Number) as [number, number, number];
        return { id: id!, payer, payee, amount };
      }),
  };
}

import { isIP } from "node:net";
import { createConnection, type Connection, type ConnectionOptions } from "mysql2/promise";
import { z } from "zod";
import type { OpenSession, Outcome, SqlValue } from "./session";

/** Where and how to connect. */
export interface MysqlOptions {
  /** Such as `mysql://app:secret@127.0.0.1:3306/app`. */
  url: string;
  /** PEM certificates the server must be signed by; absent = connection without TLS. */
  ca?: string;
  /** Longest time for the connection to be made and the login to be answered, in milliseconds. */
  connectTimeoutMs: number;
  /** Longest time for one statement, in milliseconds; then its connection is useless. */
  queryTimeoutMs: number;
}

const identity = z.tuple([z.object({ host: z.string().nullable(), name: z.string() })]);

/**
 * Opens a connection, sets up its session and asks the server for its name.
 *
 * @throws Error of the driver or of the server.
 */
export async function openMysql(options: MysqlOptions): Promise<OpenSession> {
  const connection = await createConnection(connectionOptions(options));
  // Without a listener an idle connection that breaks would end the process.
  connection.on("error", () => undefined);
  try {
    const call = caller(connection, options.queryTimeoutMs);
    await call(setup, []);
    const found = identity.parse(await call("SELECT @@report_host host, @@hostname name", []));
    return session(connection, nodeName(found[0]), call);
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

/** The server's short name: its reported host, unless that is an address, or its host name. */
export function nodeName({ host, name }: { host: string | null; name: string }): string {
  const usable = host !== null && host !== "" && isIP(host) === 0;
  return (usable ? host : name).split(".")[0] ?? name;
}

// A lock is waited for a shorter time than a statement may take, so that it is the server that says no.
const setup = "SET SESSION innodb_lock_wait_timeout = 3, session_track_gtids = OWN_GTID";

function connectionOptions({ url, ca, connectTimeoutMs }: MysqlOptions): ConnectionOptions {
  return {
    uri: url,
    connectTimeout: connectTimeoutMs,
    charset: "utf8mb4_0900_ai_ci",
    timezone: "Z",
    stringifyObjects: true,
    enableKeepAlive: true,
    // Addresses are those of the local proxy, so the chain is verified and not the host name.
    ...(ca === undefined ? {} : { ssl: { ca, rejectUnauthorized: true } }),
  };
}

type Call = (sql: string, values: SqlValue[]) => Promise<unknown>;

function caller(connection: Connection, timeout: number): Call {
  return async (sql, values) => (await connection.query({ sql, timeout }, values))[0];
}

function session(connection: Connection, node: string, call: Call): OpenSession {
  return {
    node,
    rows: async (sql, values = []) => z.array(z.unknown()).parse(await call(sql, values)),
    run: async (sql, values = []) => outcome(await call(sql, values)),
    onLost: (listener) => {
      connection.on("end", listener);
      connection.on("error", listener);
    },
    destroy: () => connection.destroy(),
  };
}

const header = z.object({
  affectedRows: z.number(),
  insertId: z.number(),
  stateChanges: z.object({ gtids: z.array(z.string()) }).optional(),
});

function outcome(result: unknown): Outcome {
  const { affectedRows, insertId, stateChanges } = header.parse(result);
  const gtids = stateChanges?.gtids ?? [];
  return { affectedRows, insertId, ...(gtids.length > 0 ? { gtid: gtids.join(",") } : {}) };
}

import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Variables } from "./environment";

/** An error that MySQL answered. */
export class SqlError extends Error {
  constructor(
    /** MySQL's number of the error, such as 1146. */
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** Runs statements on the primary and returns all their rows; columns as text. */
export type RunSql = (sql: string, timeoutMs: number) => Promise<string[][]>;

/** `mysql` ends at the first statement that fails; what is not committed then is rolled back. */
const shape = ["--batch", "--raw", "--skip-column-names", "--connect-timeout=3"];

/**
 * The option file of a MySQL client for an app's database.
 *
 * https://dev.mysql.com/doc/refman/8.4/en/option-files.html
 */
export function optionFile({ DATABASE_URL_RW = "", DATABASE_CA_FILE = "" }: Variables): string {
  const { hostname, port, username, password, pathname } = new URL(DATABASE_URL_RW);
  const options = {
    host: hostname,
    port,
    protocol: "tcp",
    user: username,
    password: `"${password}"`,
    "ssl-mode": "VERIFY_CA",
    "ssl-ca": DATABASE_CA_FILE,
  };
  const lines = Object.entries(options).map(([name, value]) => `${name}=${value}\n`);
  return `[client]\n${lines.join("")}[mysql]\ndatabase=${pathname.slice(1)}\n`;
}

/**
 * The app's database through the proxy of this host, as the app's own user. Each call is a run of
 * MySQL's client, so nothing is left of a session that hangs.
 */
export function appDatabase(variables: Variables): RunSql {
  // No argument, where everybody could read the password; `/tmp` is the unit's own.
  const file = join(mkdtempSync(join(tmpdir(), "database-")), "client.cnf");
  writeFileSync(file, optionFile(variables), { mode: 0o600 });
  return (sql, timeoutMs) =>
    new Promise((resolve, reject) => {
      const options = { timeout: timeoutMs, killSignal: "SIGKILL" as const, env: {} };
      const args = [`--defaults-file=${file}`, ...shape];
      const child = execFile("/usr/bin/mysql", args, options, (error, stdout, stderr) => {
        if (!error) return resolve(rows(stdout));
        if (error.killed) return reject(new Error(`no answer of the database in ${timeoutMs} ms`));
        reject(failure(stderr, error.message));
      });
      child.stdin?.on("error", () => undefined);
      child.stdin?.end(sql);
    });
}

function rows(text: string): string[][] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\t"));
}

function failure(said: string, otherwise: string): Error {
  const [, code, message] = /ERROR (\d+)[^:]*: (.*)/.exec(said) ?? [];
  return code ? new SqlError(Number(code), message!) : new Error(said.trim() || otherwise);
}

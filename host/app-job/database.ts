import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Variables } from "./command";

/** An error that MySQL returned. */
export class SqlError extends Error {
  constructor(
    /** MySQL error number, such as 1146. */
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** Runs statements on the primary and returns their rows; columns as text. */
export type RunSql = (sql: string, timeoutMs: number) => Promise<string[][]>;

/** Options of `mysql`. The client exits at the first failing statement, which rolls back uncommitted changes. */
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
 * Connects to the app's database through this host's proxy, as the app's user. Each call runs MySQL's client
 * anew, so a hanging session is killed with its client.
 */
export function appDatabase(variables: Variables): RunSql {
  // A file, because every user can read arguments; `/tmp` is private to the unit.
  const file = join(mkdtempSync(join(tmpdir(), "database-")), "client.cnf");
  writeFileSync(file, optionFile(variables), { mode: 0o600 });
  return (sql, timeoutMs) =>
    new Promise((resolve, reject) => {
      const options = { timeout: timeoutMs, killSignal: "SIGKILL" as const, env: {} };
      const args = [`--defaults-file=${file}`, ...shape];
      const child = execFile("/usr/bin/mysql", args, options, (error, stdout, stderr) => {
        if (!error) return resolve(rows(stdout));
        if (error.killed)
          return reject(new Error(`the database did not answer within ${timeoutMs} ms`));
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

function failure(output: string, otherwise: string): Error {
  const [, code, message] = /ERROR (\d+)[^:]*: (.*)/.exec(output) ?? [];
  return code ? new SqlError(Number(code), message!) : new Error(output.trim() || otherwise);
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { CopyServer } from "../base/copy-server";
import { dumpFiles } from "../base/copy-folder";
import { EncryptionPipe, type PipePrograms } from "../encryption-pipe";
import type { Mysql } from "../../supervisor/mysql";

/** Longest dump, milliseconds: the base of the same copy waits for it. */
const maxMs = 3 * 3_600_000;
/** Bytes between two checks of the free space. */
const stepBytes = 16 * 2 ** 20;

/** Schemas of MySQL itself, and the archive's own, which is about one history. */
const schemasSql =
  "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME NOT IN " +
  "('mysql', 'sys', 'performance_schema', 'information_schema', 'webstack_archive') ORDER BY 1";

/** Source and target of a dump. */
export interface DumpArgs {
  /** Server on the copy. */
  copy: Pick<CopyServer, "mysql" | "socket">;
  /** MySQL account that authenticates this program's system user. */
  user: string;
  publicKey: string;
  /** Folder of the encrypted files. */
  folder: string;
  /** Throws if the disk has too little free space to go on. */
  checkRoom: () => void;
  /** @default those of the host; replaced in tests */
  programs?: { dump: string; pipe: PipePrograms };
}

/** Options of `mysqldump`: what it writes depends on no GTID and no tablespace of this server. */
function dumpOptions(user: string, socket: string): string[] {
  return [
    ...["--no-defaults", `--user=${user}`, `--socket=${socket}`, "--single-transaction"],
    // With another value than OFF the SQL would turn the binary log off where it is loaded.
    ...["--set-gtid-purged=OFF", "--no-tablespaces", "--routines", "--events", "--triggers"],
    ...["--hex-blob", "--default-character-set=utf8mb4", "--max-allowed-packet=1G"],
  ];
}

/**
 * Writes all schemas of the users as SQL, and the accounts, each compressed and encrypted: no file has them in clear.
 *
 * @returns size of the SQL, bytes.
 * @throws Error if a program fails, if the disk gets too full, or after three hours.
 */
export async function writeDump(args: DumpArgs): Promise<{ plainBytes: number }> {
  const { copy, user, folder, programs } = args;
  const rows = await copy.mysql.query(schemasSql, 60_000);
  const schemas = rows.map(([name]) => name!);
  const statements = await accountStatements(copy.mysql);
  await seal([Buffer.from(`${statements.join("\n")}\n`)], join(folder, dumpFiles.accounts), args);
  const words = [...dumpOptions(user, copy.socket), "--databases", "--", ...schemas];
  // A MySQL without a user's schema: `mysqldump` fails without a name of a schema.
  const sql = schemas.length > 0 ? outputOf(programs?.dump ?? "/usr/bin/mysqldump", words) : [];
  return { plainBytes: await seal(sql, join(folder, dumpFiles.rows), args) };
}

/** Compresses and encrypts a stream into a file that the group may read; returns the size before, bytes. */
async function seal(
  plain: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  path: string,
  { publicKey, checkRoom, programs }: DumpArgs,
): Promise<number> {
  const pipe = new EncryptionPipe(publicKey, programs?.pipe);
  let plainBytes = 0;
  const packed = pipeline(async function* () {
    for await (const chunk of plain) {
      plainBytes += chunk.length;
      yield chunk;
    }
  }, pipe.input).catch((error: Error) => {
    pipe.abandon();
    return error;
  });
  const written = pipeline(
    async function* () {
      let unseen = stepBytes;
      for await (const chunk of pipe.output as AsyncIterable<Uint8Array>) {
        unseen += chunk.length;
        if (unseen >= stepBytes) {
          checkRoom();
          unseen = 0;
        }
        yield chunk;
      }
    },
    createWriteStream(path, { mode: 0o640 }),
  ).catch((error: Error) => {
    pipe.abandon();
    return error;
  });
  const [unpacked, unwritten] = await Promise.all([packed, written]);
  if (unwritten) throw unwritten;
  // The error of a broken pipe does not tell why the other program ended.
  if (unpacked && !("syscall" in unpacked)) throw unpacked;
  await pipe.closed();
  if (unpacked) throw unpacked;
  return plainBytes;
}

/** Output of a program as a stream. @throws Error at its end with the program's messages if it failed. */
async function* outputOf(program: string, words: readonly string[]): AsyncGenerator<Uint8Array> {
  const child = spawn(program, words, {
    ...{ stdio: ["ignore", "pipe", "pipe"], timeout: maxMs, killSignal: "SIGKILL" },
  });
  let stderr = "";
  child.stderr.on("data", (text: Buffer) => (stderr = (stderr + text.toString()).slice(-500)));
  const closed = once(child, "close") as Promise<[number | null]>;
  closed.catch(() => undefined);
  let isRead = false;
  try {
    yield* child.stdout as AsyncIterable<Uint8Array>;
    isRead = true;
  } finally {
    if (!isRead) child.kill("SIGKILL");
  }
  const [status] = await closed;
  if (status === 0) return;
  const ended = status === null ? "was killed; it may take three hours" : `ended with ${status}`;
  throw new Error(`${program}: ${stderr.trim() || ended}`);
}

/** Longest answer to a query of accounts, milliseconds. */
const answerMs = 60_000;

/** Accounts but those that each MySQL has of its own. One with default roles comes after the roles that it names. */
const namesSql =
  "SELECT CONCAT(QUOTE(u.User), '@', QUOTE(u.Host)) FROM mysql.user u " +
  "WHERE u.User NOT LIKE 'mysql.%' AND NOT (u.User = 'root' AND u.Host = 'localhost') " +
  "ORDER BY EXISTS (SELECT 1 FROM mysql.default_roles r WHERE r.USER = u.User AND r.HOST = u.Host), 1";

/**
 * Statements that create the accounts of a MySQL, and then grant their privileges. MySQL 8.4 has no
 * `mysqldump --users`, which came with 9.3.
 *
 * @param mysql session on a server with `print_identified_with_as_hex`, since hashes have bytes that no text has.
 */
async function accountStatements(mysql: Pick<Mysql, "query">): Promise<string[]> {
  const names = (await mysql.query(namesSql, answerMs)).map((row) => row.join("\t"));
  const show = async (what: string) => {
    const rows = await mysql.query(`SHOW ${what}`, answerMs);
    return rows.map((row) => `${row.join("\t")};`);
  };
  const statements: string[] = [];
  for (const what of ["CREATE USER", "GRANTS FOR"]) {
    for (const name of names) statements.push(...(await show(`${what} ${name}`)));
  }
  return statements;
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { includes } from "../core/gtid";
import { log } from "../log";
import { type Mysql, mysqlLogin } from "../mysql";
import {
  listSaved,
  savedFolder,
  syncFolder,
  writeComplete,
  allowance,
  type Saved,
  type SavedFile,
} from "./files";
import { applyReceived, lossOf } from "./loss";

/** Longest run of `mysqlbinlog`, milliseconds: it reads all binary logs, three days of them. */
const longestMs = 1_800_000;

/** Runs `mysqlbinlog` with these arguments; yields its output. */
export type BinlogReader = (args: readonly string[]) => AsyncIterable<Buffer>;

/** The data that a clone is about to replace. */
export interface Replaced {
  /** GTID sets that decide whether a transaction belongs to the group (see `groupSets`). */
  sets: readonly string[];
  reason: string;
  donor: string;
}

/** Where and how transactions are saved; replaced in tests. */
export interface SaveOptions {
  folder: string;
  read: BinlogReader;
  now: () => Date;
}

async function* mysqlbinlog(args: readonly string[]): AsyncIterable<Buffer> {
  const child = spawn("/usr/bin/mysqlbinlog", args, {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: longestMs,
    killSignal: "SIGKILL",
  });
  const closed = once(child, "close") as Promise<[number | null]>;
  closed.catch(() => undefined);
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-500)));
  try {
    yield* child.stdout as AsyncIterable<Buffer>;
    const [status] = await closed;
    if (status !== 0)
      throw new Error(
        `mysqlbinlog: ${stderr.trim() || `it did not end within ${longestMs / 60_000} minutes`}`,
      );
  } finally {
    child.kill("SIGKILL");
  }
}

const usual: SaveOptions = { folder: savedFolder, read: mysqlbinlog, now: () => new Date() };

/**
 * Saves the transactions that the group lacks to a file on disk, before a clone replaces them. The node is
 * in no group. Resolves without a file if there are none.
 *
 * @throws Error if one of them is not available, or if the disk has no space for them: then the clone must
 * not begin.
 */
export async function save(
  mysql: Mysql,
  replaced: Replaced,
  means: SaveOptions = usual,
): Promise<SavedFile | undefined> {
  const before = await lossOf(mysql, replaced.sets);
  if (before.unapplied !== "") await applyReceived(mysql, before.unapplied);
  const { all: gtids, purged } = await lossOf(mysql, replaced.sets);
  if (gtids === "") return undefined;
  if (purged !== "") throw new Error(`the binary logs of this node no longer contain ${purged}`);
  const { folder } = means;
  const files = await listSaved(folder);
  const max = allowance(files, await statfs(folder));
  if (max < 1) throw new Error(`${folder} has no space left for saved transactions`);
  const number = (files.at(-1)?.number ?? 0) + 1;
  const savedAt = means.now().toISOString();
  const name = `${savedAt.replace(/\.\d+Z$/, "Z").replaceAll(":", "")}-${number}`;
  const bytes = await dump(mysql, gtids, join(folder, `${name}.sql`), max, means.read);
  const { reason, donor } = replaced;
  const description: Saved = { gtids, reason, donor, savedAt, bytes };
  await writeComplete(
    join(folder, `${name}.json`),
    texts(`${JSON.stringify(description, null, 2)}\n`),
  );
  await syncFolder(folder);
  log(3, `transactions that the group lacks are saved in ${folder}/${name}.sql: ${gtids}`);
  return { ...description, name, number };
}

/** Writes the transactions from all binary logs to a file; returns its size, bytes. */
async function dump(
  mysql: Mysql,
  gtids: string,
  path: string,
  maxBytes: number,
  read: BinlogReader,
): Promise<number> {
  const [first] = await mysql.query("SHOW BINARY LOGS", 10_000);
  if (!first) throw new Error("MySQL has no binary log");
  const which = [`--include-gtids=${gtids}`, "--to-last-log", first[0]!];
  const args = [...mysqlLogin, "--read-from-remote-server", "--verbose", ...which];
  return writeComplete(path, checked(read(args), gtids), maxBytes);
}

const gtidLine = /^SET @@SESSION\.GTID_NEXT= '([^']+)'/;

/** Passes the chunks on. @throws Error at the end if one of the transactions was not among them. */
async function* checked(chunks: AsyncIterable<Buffer>, gtids: string): AsyncIterable<Buffer> {
  const found = new Set<string>();
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + chunk.toString("latin1")).split("\n");
    // Only the beginning of a line matters, and lines may be long.
    rest = lines.pop()!.slice(0, 200);
    for (const line of lines) {
      const gtid = gtidLine.exec(line)?.[1];
      if (gtid && gtid !== "AUTOMATIC") found.add(gtid);
    }
    yield chunk;
  }
  if (!includes([...found].join(","), gtids)) {
    throw new Error(`the binary logs of this node do not contain all of ${gtids}`);
  }
}

async function* texts(text: string): AsyncIterable<string> {
  yield text;
}

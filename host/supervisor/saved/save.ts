import { spawn } from "node:child_process";
import { once } from "node:events";
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { includes } from "../core/gtid";
import { log } from "../log";
import { type Mysql, mysqlLogin } from "../mysql";
import { listSaved, savedFolder, syncFolder, writeWhole } from "./files";
import { applyReceived, lossOf } from "./loss";
import { allowance, type Saved, type SavedFile } from "./retention";

/** Longest run of `mysqlbinlog`, milliseconds: it reads all logs, three days of them. */
const longestMs = 1_800_000;

/** Runs `mysqlbinlog` with these arguments; gives what it writes. */
export type BinlogReader = (args: readonly string[]) => AsyncIterable<Buffer>;

/** What a copy is about to replace. */
export interface Replaced {
  /** GTID sets of which a transaction of the group is in all (see `groupSets`). */
  sets: readonly string[];
  reason: string;
  donor: string;
}

/** Where and how transactions are saved; other ways in tests. */
export interface Means {
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
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-500)));
  try {
    yield* child.stdout as AsyncIterable<Buffer>;
    const [status] = await closed;
    if (status !== 0) throw new Error(`mysqlbinlog: ${said.trim() || "it did not end in time"}`);
  } finally {
    child.kill("SIGKILL");
  }
}

const usual: Means = { folder: savedFolder, read: mysqlbinlog, now: () => new Date() };

/**
 * Writes the transactions that the group lacks to a file, on disk, before a copy replaces them. The
 * node is in no group. Resolves without a file if there are none.
 *
 * @throws Error if one of them cannot be had, or they do not fit: then the copy must not begin.
 */
export async function save(
  mysql: Mysql,
  replaced: Replaced,
  means: Means = usual,
): Promise<SavedFile | undefined> {
  const before = await lossOf(mysql, replaced.sets);
  if (before.unapplied !== "") await applyReceived(mysql, before.unapplied);
  const { all: gtids, purged } = await lossOf(mysql, replaced.sets);
  if (gtids === "") return undefined;
  if (purged !== "") throw new Error(`the logs of this node do not hold ${purged}`);
  const { folder } = means;
  const files = await listSaved(folder);
  const most = allowance(files, await statfs(folder));
  if (most < 1) throw new Error(`${folder} has no room left for more`);
  const number = (files.at(-1)?.number ?? 0) + 1;
  const savedAt = means.now().toISOString();
  const name = `${savedAt.replace(/\.\d+Z$/, "Z").replaceAll(":", "")}-${number}`;
  const bytes = await dump(mysql, gtids, join(folder, `${name}.sql`), most, means.read);
  const { reason, donor } = replaced;
  const said: Saved = { gtids, reason, donor, savedAt, bytes };
  await writeWhole(join(folder, `${name}.json`), texts(`${JSON.stringify(said, null, 2)}\n`));
  await syncFolder(folder);
  log(3, `transactions that the group lacks are saved in ${folder}/${name}.sql: ${gtids}`);
  return { ...said, name, number };
}

/** Writes transactions of all binary logs to a file; returns its size, bytes. */
async function dump(
  mysql: Mysql,
  gtids: string,
  path: string,
  mostBytes: number,
  read: BinlogReader,
): Promise<number> {
  const [first] = await mysql.query("SHOW BINARY LOGS", 10_000);
  if (!first) throw new Error("MySQL has no binary log");
  const which = [`--include-gtids=${gtids}`, "--to-last-log", first[0]!];
  const args = [...mysqlLogin, "--read-from-remote-server", "--verbose", ...which];
  return writeWhole(path, checked(read(args), gtids), mostBytes);
}

const gtidLine = /^SET @@SESSION\.GTID_NEXT= '([^']+)'/;

/** Passes on what comes. @throws Error at the end if a transaction was not among it. */
async function* checked(chunks: AsyncIterable<Buffer>, gtids: string): AsyncIterable<Buffer> {
  const found = new Set<string>();
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + chunk.toString("latin1")).split("\n");
    // Only the beginning of a line counts, which may be long.
    rest = lines.pop()!.slice(0, 200);
    for (const line of lines) {
      const gtid = gtidLine.exec(line)?.[1];
      if (gtid && gtid !== "AUTOMATIC") found.add(gtid);
    }
    yield chunk;
  }
  if (!includes([...found].join(","), gtids)) {
    throw new Error(`the logs of this node do not hold all of ${gtids}`);
  }
}

async function* texts(text: string): AsyncIterable<string> {
  yield text;
}

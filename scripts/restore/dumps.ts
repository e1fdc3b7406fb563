import { type Dump, keys } from "../../host/archiver/chain/manifest";
import { DamagedError } from "../../host/archiver/chain/reading";
import { isSameSet, subtract } from "../../host/archiver/gtid-sets";
import type { ObjectStore } from "../../host/archiver/store/object-store";
import { historyIds } from "./read-chain";
import { contentOf, type Restore } from "./replay";
import { mib } from "./report";
import { RestoredServer } from "./restored-server";

/** A dump with its history. */
export interface FoundDump {
  timeline: string;
  dump: Dump;
}

/** Choice of a dump. */
export interface DumpChoice {
  /** Id of a dump, such as `20261129T031700Z`, or `latest`. */
  id: string;
  /** Id of the history. @default the newest one that has a dump */
  history?: string | undefined;
}

/**
 * Finds a dump in a store.
 *
 * @throws Error that names the existing dumps if the wanted one is not among them.
 */
export async function findDump(
  store: ObjectStore,
  root: string,
  { id, history }: DumpChoice,
): Promise<FoundDump> {
  const histories = history === undefined ? (await historyIds(store, root)).reverse() : [history];
  const known: string[] = [];
  for (const timeline of histories) {
    const folder = keys.dumps(root, timeline);
    const ids = (await store.list(folder)).map((key) => key.slice(folder.length, -".json".length));
    known.push(...ids);
    const wanted = id === "latest" ? ids.at(-1) : ids.find((one) => one === id);
    const key = wanted && keys.dump(root, timeline, wanted);
    const content = key && (await store.get(key));
    if (content) return { timeline, dump: dumpIn(key, content, ids) };
  }
  const there = known.sort().join(", ") || "none; npm run db:backup -- --dump takes one";
  throw new Error(`--dump must be latest or one of the dumps, got ${id}; dumps: ${there}`);
}

/** @throws DamagedError that names the dumps of the history if this is none. */
function dumpIn(key: string, content: Buffer, ids: readonly string[]): Dump {
  try {
    const dump = JSON.parse(content.toString()) as Partial<Dump> | null;
    if (!Array.isArray(dump?.parts) || !dump.accounts) throw new Error("its content is no dump");
    return dump as Dump;
  } catch (error) {
    const others = ids.filter((id) => !key.endsWith(`/${id}.json`)).join(", ") || "none";
    throw new DamagedError(
      `${key} is damaged (${(error as Error).message}): put its oldest version back, or name another dump with --dump; dumps: ${others}`,
    );
  }
}

/** Lines about a dump before its restore. */
export function dumpLines({ timeline, dump }: FoundDump): string[] {
  const { id, node, mysql, bytes, plainBytes } = dump;
  return [
    `history     ${timeline}`,
    `dump        ${id} of ${node}, MySQL ${mysql}, ${mib(bytes)} (${mib(plainBytes)} of SQL)`,
    "log         none: a dump is restored to its own moment, and no log is replayed after it",
  ];
}

/** A dump that a MySQL has loaded. */
export interface LoadedDump {
  server: RestoredServer;
  /** Version of the MySQL that loaded it. */
  mysql: string;
  /** Number of statements about accounts, and those that this MySQL refused, with its reason. */
  statements: number;
  refused: string[];
  /** GTID set of the restored database. */
  gtids: string;
}

/**
 * Loads a dump into a new MySQL of any version: first the accounts, then the schemas, which name accounts, then the
 * privileges, which name tables. A version may refuse an account of another version; the data is loaded all the same.
 *
 * @throws Error if a part differs from the archived one, or if MySQL refuses a statement of the schemas.
 */
export async function loadDump(restore: Restore, dump: Dump): Promise<LoadedDump> {
  const { machine, there, identity, say } = restore;
  await machine.run(["mkdir", "-p", `${there}/data`, `${there}/relay`]);
  await machine.run(["chown", "-R", "mysql:mysql", there]);
  const fresh = ["--no-defaults", "--initialize-insecure", "--user=mysql"];
  await machine.run(["/usr/sbin/mysqld", ...fresh, `--datadir=${there}/data`]);
  const server = new RestoredServer(machine, there);
  await server.start();
  const [mysql = ""] = await server.query("SELECT VERSION()");
  say(`into        MySQL ${mysql}`);
  const statements = await accountsOf(restore, dump);
  const isAccount = (statement: string) => statement.startsWith("CREATE USER ");
  const refused = await runEach(server, statements.filter(isAccount));
  const open = `age -d -i '${identity}' | zstd -d -q`;
  const load = `set -o pipefail; ${open} | ${server.client.join(" ")}`;
  await machine.feed(["bash", "-c", load], contentOf(restore, dump.parts));
  refused.push(
    ...(await runEach(
      server,
      statements.filter((one) => !isAccount(one)),
    )),
  );
  if (dump.gtids !== "") await server.query(`SET GLOBAL gtid_purged = '${dump.gtids}'`);
  const [gtids = ""] = await server.query("SELECT REPLACE(@@GLOBAL.gtid_executed, '\\n', '')");
  if (!isSameSet(gtids, dump.gtids)) {
    throw new Error(`the restored database has ${subtract(gtids, dump.gtids)} besides the dump`);
  }
  return { server, mysql, statements: statements.length, refused, gtids };
}

/** Statements about the accounts of a dump. */
async function accountsOf(restore: Restore, { accounts }: Dump): Promise<string[]> {
  const { machine, there, identity } = restore;
  const file = `${there}/accounts.sql`;
  const open = `set -o pipefail; umask 077; age -d -i '${identity}' | zstd -d -q > '${file}'`;
  await machine.feed(["bash", "-c", open], contentOf(restore, [accounts]));
  const text = await machine.run(["cat", file]);
  await machine.run(["rm", file]);
  return text.split("\n").filter((line) => line !== "");
}

/** Runs statements one by one; returns the failed ones, each shortened to its first words: the rest may contain hashes. */
async function runEach(
  server: Pick<RestoredServer, "query">,
  statements: readonly string[],
): Promise<string[]> {
  const refused: string[] = [];
  for (const statement of statements) {
    await server.query(statement).catch((error: Error) => {
      refused.push(`${named(statement)}: ${reasonOf(error.message)}`);
    });
  }
  return refused;
}

/** A statement up to the name of its account, without a password's hash. */
export function named(statement: string): string {
  const account = "(?:`(?:[^`]|``)*`|'(?:[^'\\\\]|\\\\.|'')*')@(?:`(?:[^`]|``)*`|'[^']*')";
  const [created] = new RegExp(`^CREATE USER ${account}`).exec(statement) ?? [];
  if (created !== undefined) return created;
  return statement.startsWith("CREATE USER ") ? "CREATE USER" : statement.replace(/;$/, "");
}

/** MySQL's message, without the part of the statement that a message of the parser quotes. */
export function reasonOf(message: string): string {
  const [, shortened = message] = /(ERROR \d+ \(\w+\)[^\n]*)/.exec(message) ?? [];
  return shortened.replace(/ near '.*$/, "").replace(/ at line \d+/, "");
}

/** Lines about a dump that was loaded. */
export function loadedLines({ statements, refused, gtids }: LoadedDump, ms: number): string[] {
  const { length } = refused;
  return [
    `loaded      in ${(ms / 1_000).toFixed(1)} s`,
    `accounts    ${statements} statements, ${length === 0 ? "all accepted" : `${length} refused by this MySQL:`}`,
    ...refused.map((line) => `            ${line}`),
    `GTID set    ${gtids}`,
  ];
}

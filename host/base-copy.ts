import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  awaitEnd,
  checkFollows,
  checkDumpSpace,
  checkFreeSpace,
  dataBytes,
  checkMember,
  checkOrigin,
} from "./archiver/base/checks";
import { CopyServer, sumsOfCopy } from "./archiver/base/copy-server";
import {
  copyFolder,
  type CopyInfo,
  letGroupEnter,
  letGroupRead,
  removeCopy,
} from "./archiver/base/copy-folder";
import { isDumpDue } from "./archiver/due";
import { writeDump } from "./archiver/logical/write-dump";
import { readSettings } from "./archiver/settings";
import { dumpRequest, runFolder, type Status } from "./archiver/status";
import { log } from "./supervisor/log";
import { literal } from "./mysql/literal";
import { Mysql } from "./supervisor/mysql";

/** Longest clone, milliseconds. */
const copyMs = 6 * 3_600_000;
const user = "base";
const socket = process.env.WEBSTACK_MYSQL_SOCKET ?? "/run/mysqld/mysqld.sock";
const folder = process.env.WEBSTACK_BASE_FOLDER ?? copyFolder;
const dataFolder = process.env.WEBSTACK_DATA_FOLDER ?? "/var/lib/mysql";

const run = process.env.WEBSTACK_ARCHIVER_RUN ?? runFolder;
const settings = readSettings(process.env.WEBSTACK_ARCHIVER_SETTINGS);

/** The dump of a copy if one is due. A dump that fails is no reason to have no base. */
async function dumpOf(
  copy: CopyServer,
  { base, dump, problem }: Status,
  plainBytes: number,
): Promise<Pick<CopyInfo, "dump">> {
  const { dumpOn, publicKey } = settings;
  const isAsked = existsSync(join(run, dumpRequest));
  const state = { dumpOn, isAsked, base, dump, isUrgent: problem === "gap" };
  if (!isDumpDue(state, Date.now())) return {};
  try {
    const checkSpace = () => checkDumpSpace(folder, plainBytes);
    return { dump: await writeDump({ copy, user, publicKey, folder, checkRoom: checkSpace }) };
  } catch (error) {
    const failure = (error as Error).message;
    log(3, `the dump failed: ${failure}`);
    return { dump: { failure } };
  }
}

async function gtidsAndVersion(mysql: Mysql): Promise<{ gtids: string; version: string }> {
  const sql = "SELECT REPLACE(@@GLOBAL.gtid_executed, '\\n', ''), VERSION()";
  const [row] = await mysql.query(sql, 10_000);
  return { gtids: row?.[0] ?? "", version: row?.[1] ?? "" };
}

/**
 * Runs as MySQL's system user: clones all data of this node's MySQL, starts a MySQL on the copy to check
 * it, to read its GTID set and the checksums of its tables, and to dump it, and shuts that server down.
 */
async function main(): Promise<void> {
  letGroupEnter(dirname(folder));
  const mysql = new Mysql(["--no-defaults", `--user=${user}`, `--socket=${socket}`]);
  const read = () => JSON.parse(readFileSync(join(run, "status.json"), "utf8")) as Status;
  const status = await awaitEnd(read, async () => (await gtidsAndVersion(mysql)).gtids);
  await removeCopy(folder, mysql);
  const plainBytes = dataBytes(dataFolder);
  checkFreeSpace(dirname(folder), plainBytes);
  mkdirSync(folder, { mode: 0o750 });
  const target = join(folder, "data");
  const isGrouped = settings.nodes.length > 1;
  if (isGrouped) await checkMember(mysql);
  await mysql.query(`CLONE LOCAL DATA DIRECTORY = ${literal(target)}`, copyMs);
  if (isGrouped) await checkMember(mysql);
  mysql.abandon("the clone is complete");
  const copy = await CopyServer.start(target, user);
  await checkOrigin(copy.mysql, status);
  const { gtids, version } = await gtidsAndVersion(copy.mysql);
  checkFollows(status, gtids);
  // A base that the archive waits for is not delayed by a dump.
  const isUrgent = status.problem === "gap";
  const query = (sql: string, answerMs: number) => copy.mysql.query(sql, answerMs);
  const sums = isUrgent ? undefined : await sumsOfCopy(query, (reason) => log(4, reason));
  const dump = await dumpOf(copy, status, plainBytes);
  await copy.stop();
  letGroupRead(target);
  const { timeline, link } = status;
  const info: CopyInfo = {
    timeline,
    link,
    gtids,
    plainBytes,
    mysql: version,
    sums,
    ...dump,
  };
  writeFileSync(join(folder, "info.json"), `${JSON.stringify(info)}\n`, { mode: 0o640 });
  log(5, `MySQL starts on the copy, which has ${info.gtids}`);
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    log(3, `the copy for a base failed: ${error.message}`);
    process.exit(1);
  },
);

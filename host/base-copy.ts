import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CopyServer } from "./archiver/base/copy-server";
import { checkFreeSpace, dataBytes } from "./archiver/base/disk";
import { checkMember } from "./archiver/base/member";
import { copyFolder, type CopyInfo, letGroupRead } from "./archiver/base/copy-folder";
import { readSettings } from "./archiver/settings";
import { runFolder, type Status } from "./archiver/status";
import { log } from "./supervisor/log";
import { literal } from "./mysql/literal";
import { Mysql } from "./supervisor/mysql";

/** Longest clone, milliseconds. */
const copyMs = 6 * 3_600_000;
const user = "base";
const socket = process.env.WEBSTACK_MYSQL_SOCKET ?? "/run/mysqld/mysqld.sock";
const folder = process.env.WEBSTACK_BASE_FOLDER ?? copyFolder;
const dataFolder = process.env.WEBSTACK_DATA_FOLDER ?? "/var/lib/mysql";

/**
 * Runs as MySQL's system user: clones all data of this node's MySQL, starts a MySQL on the copy to check
 * it and to read its GTID set, and shuts that server down.
 */
async function main(): Promise<void> {
  const status = JSON.parse(
    readFileSync(join(process.env.WEBSTACK_ARCHIVER_RUN ?? runFolder, "status.json"), "utf8"),
  ) as Status;
  if (status.timeline === "") throw new Error("the archiver has no timeline yet; a base needs one");
  rmSync(folder, { recursive: true, force: true });
  const plainBytes = dataBytes(dataFolder);
  checkFreeSpace(dirname(folder), plainBytes);
  mkdirSync(folder, { mode: 0o750 });
  const target = join(folder, "data");
  const mysql = new Mysql(["--no-defaults", `--user=${user}`, `--socket=${socket}`]);
  const isGrouped = readSettings(process.env.WEBSTACK_ARCHIVER_SETTINGS).nodes.length > 1;
  if (isGrouped) await checkMember(mysql);
  await mysql.query(`CLONE LOCAL DATA DIRECTORY = ${literal(target)}`, copyMs);
  if (isGrouped) await checkMember(mysql);
  mysql.abandon("the clone is complete");
  const copy = await CopyServer.start(target, user);
  const [row] = await copy.mysql.query(
    "SELECT REPLACE(@@GLOBAL.gtid_executed, '\\n', ''), VERSION()",
    10_000,
  );
  await copy.stop();
  letGroupRead(target);
  const { timeline, link } = status;
  const info: CopyInfo = {
    timeline,
    link,
    gtids: row?.[0] ?? "",
    plainBytes,
    mysql: row?.[1] ?? "",
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

import { copyFolder, removeCopy } from "./archiver/base/copy-folder";
import { log } from "./supervisor/log";
import { Mysql } from "./supervisor/mysql";

const socket = process.env.WEBSTACK_MYSQL_SOCKET ?? "/run/mysqld/mysqld.sock";
const folder = process.env.WEBSTACK_BASE_FOLDER ?? copyFolder;

/** Runs as MySQL's system user after a `base-copy` that failed: removes the copy, which nothing uploads. */
async function main(): Promise<void> {
  await removeCopy(folder, new Mysql(["--no-defaults", "--user=base", `--socket=${socket}`]));
  log(5, `removed the incomplete copy ${folder}`);
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    log(3, `cannot remove the incomplete copy ${folder}: ${error.message}; remove it by hand`);
    process.exit(1);
  },
);

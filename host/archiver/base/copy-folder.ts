import { chmodSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * Directory of the copy. MySQL's AppArmor profile allows it to write here, and not into directories of
 * other programs. The same path is in `services/archiver/archiver.ts`.
 */
export const copyFolder = "/var/lib/mysql-files/webstack-base";

/** Content of `info.json` beside a copy. */
export interface CopyInfo {
  timeline: string;
  /** Number of the last link when the copy began. */
  link: number;
  gtids: string;
  plainBytes: number;
  mysql: string;
  /** Checksum of each table of the copy; absent: none were taken. */
  sums?: Record<string, string> | undefined;
  /** Size of the SQL of the dump beside the copy, or the reason why there is no dump; absent: none was due. */
  dump?: { plainBytes: number } | { failure: string };
}

/** Encrypted files of a dump beside a copy: the SQL of the schemas, and the statements of the accounts. */
export const dumpFiles = { rows: "dump.age", accounts: "accounts.age" } as const;

/**
 * Lets the group of the files read a copy: the program that uploads it runs as another user. MySQL leaves files for
 * its user alone at times, such as a redo log that it has just begun to prepare (seen, MySQL 9.7: `#ib_redo31_tmp`).
 */
export function letGroupRead(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const path = join(folder, name);
    const stat = lstatSync(path);
    const needed = stat.isDirectory() ? 0o050 : 0o040;
    if ((stat.isFile() || stat.isDirectory()) && (stat.mode & needed) !== needed) {
      chmodSync(path, (stat.mode & 0o777) | needed);
    }
  }
}

/**
 * Directory of the copy. MySQL's AppArmor profile allows it to write here, and not into directories of
 * other programs. The same path is in `services/archiver/archiver-units.ts`.
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
}

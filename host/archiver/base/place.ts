/**
 * Where MySQL copies its data to: its AppArmor profile lets it write there, and not into folders of
 * others. As in `services/archiver/archiver-units.ts`.
 */
export const copyFolder = "/var/lib/mysql-files/webstack-base";

/** What is known of a copy, in `info.json` beside it. */
export interface CopyInfo {
  timeline: string;
  /** Number of the last link when the copy was begun. */
  link: number;
  gtids: string;
  plainBytes: number;
  mysql: string;
}

import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Directory of the archiver's status files, empty after each boot. */
export const runFolder = "/run/webstack-archiver";
/**
 * File that triggers a base, which root then starts. The same name is in
 * `services/archiver/archiver.ts`.
 */
export const baseRequest = "take-base";
/**
 * File that root makes to have a dump with the next base, and removes after it. The same name is in
 * `services/archiver/archiver.ts`.
 */
export const dumpRequest = "take-dump";
/** File that exists while this node archives: bases are taken only on such a node. */
export const activeFlag = "active";

/** Status of a node's archiver. */
export interface Status {
  node: string;
  /** True if this node archives. */
  active: boolean;
  /** Current activity, in words. */
  doing: string;
  /** `gap`, `diverged`, `failure`; empty: no problem. */
  problem: string;
  timeline: string;
  /** Origin of the data whose history that is, as `originText` has it; a base must be a copy of the same. */
  origin: string;
  /** True if this node has read the end of the archive: `link` and `archived` are then those of that end. */
  knowsEnd: boolean;
  /** Number of the last link, 0 on a node that does not archive; GTID set of everything archived, by any node. */
  link: number;
  archived: string;
  /** Commit time of the newest archived transaction, microseconds since 1970; 0: none. */
  newestUs: number;
  /** Id of the newest base; empty: none. */
  base: string;
  /** Day of the week of the dumps, such as `sunday`, or `off`. */
  dumpOn: string;
  /** Id of the newest dump; empty: none, or not known as long as `base` is empty. */
  dump: string;
  /** Id of the newest dump that failed; empty: none. */
  failedDump: string;
  /** Id of the newest proof of this history, which is its time; empty: none. */
  proof: string;
  /** Id of the newest proof of this history that failed; empty: none. */
  failedProof: string;
  /** Keys, without the root, of objects that are named after a time in the future; none of them is the newest one. */
  ahead: string[];
  /** Time of this status, microseconds since 1970. */
  atUs: number;
}

/** Writes the status files atomically. */
export class StatusFile {
  constructor(
    private readonly folder: string,
    private readonly nowMs: () => number,
  ) {
    mkdirSync(folder, { recursive: true });
  }

  write(status: Omit<Status, "atUs">): void {
    this.file("status.json", `${JSON.stringify({ ...status, atUs: this.nowMs() * 1_000 })}\n`);
    if (status.active) this.file(activeFlag, "");
    else rmSync(join(this.folder, activeFlag), { force: true });
  }

  /** Requests a base, which root of this host starts. */
  requestBase(): void {
    this.file(baseRequest, "");
  }

  private file(name: string, content: string): void {
    const path = join(this.folder, name);
    writeFileSync(`${path}.draft`, content, { mode: 0o644 });
    renameSync(`${path}.draft`, path);
  }
}

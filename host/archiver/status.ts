import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Folder of what the archiver says to its host, lost with each boot. */
export const runFolder = "/run/webstack-archiver";
/** Root starts a base when this file is there; as in `services/archiver/archiver-units.ts`. */
export const baseRequest = "take-base";
/** There while this node archives: a base is taken on such a node alone. */
export const activeFlag = "active";

/** What the archiver of a node says of itself. */
export interface Status {
  node: string;
  /** True if this node archives. */
  active: boolean;
  /** What it does or waits for, in words. */
  doing: string;
  /** `gap`, `diverged`, `store`, `mysql`; empty: nothing is wrong. */
  problem: string;
  timeline: string;
  /** Number of the last link, and all that is archived. */
  link: number;
  archived: string;
  /** Commit of the newest transaction that is archived, microseconds since 1970; 0: none. */
  newestUs: number;
  /** Id of the newest base; empty: none. */
  base: string;
  /** Id of the newest proof, which is its time; empty: none. */
  proof: string;
  /** Id of the newest restore that was to be a proof and failed; empty: none. */
  failedProof: string;
  /** When this was written, microseconds since 1970. */
  atUs: number;
}

/** Writes what the archiver of this node says; readers see a whole file. */
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

  /** Asks root of this host for a base. */
  requestBase(): void {
    this.file(baseRequest, "");
  }

  private file(name: string, content: string): void {
    const path = join(this.folder, name);
    writeFileSync(`${path}.draft`, content, { mode: 0o644 });
    renameSync(`${path}.draft`, path);
  }
}

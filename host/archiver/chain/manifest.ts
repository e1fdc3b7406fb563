import { createHash } from "node:crypto";

/** Manifest of one link of the chain; its encrypted segment is a separate object. */
export interface Link {
  version: 1;
  /** Rises by one with each link; the store lets only one writer create it. */
  number: number;
  /** SHA-256 of the previous link; empty for the first one. */
  previous: string;
  /** Absent in a link that records a gap, see `gap`. */
  segment?: {
    /** Object key of the encrypted segment, without the `root` prefix. */
    key: string;
    sha256: string;
    bytes: number;
    plainBytes: number;
    /** GTID set of the segment's transactions. */
    gtids: string;
    /** First and last commit, microseconds since 1970, by the primary's clock. */
    fromUs: number;
    toUs: number;
  };
  /** Transactions that no link has, and the base that contains them. */
  gap?: { missing: string; base: string };
  /** GTID set of everything in the chain and its bases up to this link. */
  archived: string;
  /** Group that the transactions are of, such as `7@db-1`; empty: none. Absent: written by an earlier version. */
  group?: string;
  /** Node that wrote the link, and version of its MySQL. */
  node: string;
  mysql: string;
}

/** An encrypted object. `key`: without the `root` prefix. */
export interface Part {
  key: string;
  sha256: string;
  bytes: number;
}

/** Manifest of a base: a copy of all data. */
export interface Base {
  version: 1;
  /** Id, such as `20261128T031500Z`. */
  id: string;
  /** Objects of the encrypted archive in order; joined they are one stream. */
  parts: Part[];
  bytes: number;
  /** Size of the data before packing, bytes. */
  plainBytes: number;
  /** GTID set of the copy, read from the copy itself. */
  gtids: string;
  /** Number of the last link when the copy began; later transactions are in later links. */
  link: number;
  node: string;
  mysql: string;
  /** Checksum of each table of the copy, by `schema.table`; absent: none were taken. */
  sums?: Record<string, string>;
}

/**
 * Manifest of a dump: the schemas of the users as SQL, for any version of MySQL. The fields are those of the base that
 * was taken of the same copy; `parts` and sizes are those of the SQL.
 */
export interface Dump extends Base {
  /** The accounts and their privileges, a statement a line. */
  accounts: Part;
}

/** Serializes a manifest; the same content gives the same bytes. */
export function bytesOf(manifest: object): Buffer {
  return Buffer.from(`${JSON.stringify(manifest)}\n`);
}

/** SHA-256 as hexadecimal digits. */
export function sha256(content: Buffer | string): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Object keys of a bucket. `root` is `<project>-<stack>`; a timeline is the history of one database. */
export const keys = {
  timeline: (root: string, id: string) => `${root}/timelines/${id}.json`,
  timelines: (root: string) => `${root}/timelines/`,
  links: (root: string, timeline: string) => `${root}/${timeline}/log/`,
  link: (root: string, timeline: string, number: number) =>
    `${root}/${timeline}/log/${padded(number)}.json`,
  data: (root: string, timeline: string, number: number, name: string) =>
    `${root}/${timeline}/data/${padded(number)}.${name}.age`,
  bases: (root: string, timeline: string) => `${root}/${timeline}/bases/`,
  base: (root: string, timeline: string, id: string) => `${root}/${timeline}/bases/${id}.json`,
  part: (root: string, timeline: string, id: string, number: number) =>
    `${root}/${timeline}/parts/${id}/${String(number).padStart(5, "0")}.age`,
  dumps: (root: string, timeline: string) => `${root}/${timeline}/dumps/`,
  dump: (root: string, timeline: string, id: string) => `${root}/${timeline}/dumps/${id}.json`,
  dumpParts: (root: string, timeline: string) => `${root}/${timeline}/dump-parts/`,
  dumpPart: (root: string, timeline: string, id: string, number: number) =>
    `${root}/${timeline}/dump-parts/${id}/${String(number).padStart(5, "0")}.age`,
  dumpAccounts: (root: string, timeline: string, id: string) =>
    `${root}/${timeline}/dump-parts/${id}/accounts.age`,
  dumpFailures: (root: string, timeline: string) => `${root}/${timeline}/dump-failures/`,
  dumpFailure: (root: string, timeline: string, id: string) =>
    `${root}/${timeline}/dump-failures/${id}.json`,
  proofs: (root: string) => `${root}/proofs/`,
  proof: (root: string, id: string) => `${root}/proofs/${id}.json`,
  failures: (root: string) => `${root}/proof-failures/`,
  failure: (root: string, id: string) => `${root}/proof-failures/${id}.json`,
} as const;

function padded(number: number): string {
  return String(number).padStart(10, "0");
}

/** Time that an id such as `20261128T031500Z` names, of a base or a proof: milliseconds since 1970; NaN: it is no such id. */
export function timeOf(id: string): number {
  return Date.parse(id.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}

/** Id of an object by its key, such as that of a base: the name in the folder without its ending. */
export function idIn(folder: string, key: string): string {
  return key.slice(folder.length).replace(/\.json$/, "");
}

/** Difference of two clocks that is tolerated, milliseconds. */
export const clocksApartMs = 300_000;

/**
 * True if an id names a time in the future: the clock that named the object was ahead, so the object is not the newest
 * one, although its name is the last one.
 */
export function isAhead(id: string, nowMs: number): boolean {
  return timeOf(id) > nowMs + clocksApartMs;
}

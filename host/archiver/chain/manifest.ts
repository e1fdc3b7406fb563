import { createHash } from "node:crypto";

/** What an archive says of one step of its chain; sealed bytes are an object of their own. */
export interface Link {
  version: 1;
  /** Rises by one with each link; two writers cannot both have it. */
  number: number;
  /** SHA-256 of the link before; empty for the first one. */
  previous: string;
  /** Absent: transactions are missing before what follows, see `gap`. */
  segment?: {
    /** Key of the sealed bytes, without the part that all keys share. */
    key: string;
    sha256: string;
    bytes: number;
    plainBytes: number;
    /** GTID set of its transactions. */
    gtids: string;
    /** First and last commit, microseconds since 1970, on the clock of the primary. */
    fromUs: number;
    toUs: number;
  };
  /** Transactions that no link has, and the base that has them. */
  gap?: { missing: string; base: string };
  /** GTID set of all that the chain and its bases have up to here. */
  archived: string;
  /** Node that wrote it, and version of its MySQL. */
  node: string;
  mysql: string;
}

/** A copy of all data. */
export interface Base {
  version: 1;
  /** Such as `20261128T031500Z`. */
  id: string;
  /** Objects of the sealed archive in order; together they are one stream. */
  parts: { key: string; sha256: string; bytes: number }[];
  bytes: number;
  /** Bytes of the data before they were packed. */
  plainBytes: number;
  /** GTID set that the copy has, read from the copy itself. */
  gtids: string;
  /** Number of the last link when the copy was begun; what follows is in later links. */
  link: number;
  node: string;
  mysql: string;
}

/** Bytes of a manifest: the same for the same content. */
export function bytesOf(manifest: object): Buffer {
  return Buffer.from(`${JSON.stringify(manifest)}\n`);
}

/** SHA-256 in hexadecimal digits. */
export function sha256(content: Buffer | string): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Keys of a bucket. `root` is `<project>-<stack>`; a timeline is the history of one database. */
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
  proofs: (root: string) => `${root}/proofs/`,
  proof: (root: string, id: string) => `${root}/proofs/${id}.json`,
  failures: (root: string) => `${root}/proof-failures/`,
  failure: (root: string, id: string) => `${root}/proof-failures/${id}.json`,
} as const;

function padded(number: number): string {
  return String(number).padStart(10, "0");
}

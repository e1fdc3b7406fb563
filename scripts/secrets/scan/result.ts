import type { AllowedEnvironment, AllowedFile } from "../allowed";
import type { Pattern } from "../matcher";

/** Order for a scan. The order comes on standard input, never as an argument. */
export interface ScanOrder {
  /** Patterns: bytes as base64, number of the secret, encoding. */
  patterns: [string, number, string][];
  /** Number of secrets; secrets of the host get the following numbers. */
  secrets: number;
  files: readonly AllowedFile[];
  environments: readonly AllowedEnvironment[];
  /** Files with the host's own secrets. */
  own: readonly string[];
  /** Folders whose files are searched, and single files. */
  roots: readonly string[];
  /** Folders that are skipped. */
  skip: readonly string[];
  /** Directory of processes, such as `/proc`. @default processes are not searched */
  proc?: string;
  /** True: environments of processes are searched besides their arguments. @default true */
  environ?: boolean;
  /** Commands whose output is searched: name of the place, and command line. */
  commands: readonly { place: "unit" | "journal"; words: readonly string[] }[];
  /** URLs of the host's metadata service. */
  metadata: readonly string[];
}

/** A finding of a secret in a place, without the secret itself. */
export interface Found {
  /** Number of the secret. */
  secret: number;
  place: "file" | "arguments" | "environment" | "unit" | "journal" | "metadata" | "state" | "api";
  /** Path, or process with its user, or unit, or URL. */
  where: string;
  /** Encodings, such as `plain` and `base64`. */
  forms: string[];
  /** The fault, or why the secret may be there. */
  why: string;
}

/** Result of a scan. */
export interface ScanResult {
  found: Found[];
  allowed: Found[];
  /** Origins and lengths of the host's own secrets. */
  own: { origin: string; bytes: number }[];
  /** Places that were skipped and need no search, with the reason. */
  notes: string[];
  /** Places that could not be searched, with the reason. */
  missed: string[];
  /** Searched amounts. */
  read: { files: number; bytes: number; processes: number; entries: number };
}

/** An empty result. */
export function emptyResult(): ScanResult {
  const read = { files: 0, bytes: 0, processes: 0, entries: 0 };
  return { found: [], allowed: [], own: [], notes: [], missed: [], read };
}

/** Groups matches by secret: one finding each, with all encodings. */
export function bySecret(patterns: Iterable<Pattern>): { secret: number; forms: string[] }[] {
  const all = new Map<number, Set<string>>();
  for (const { secret, form } of patterns) {
    all.set(secret, (all.get(secret) ?? new Set()).add(form));
  }
  return [...all].map(([secret, forms]) => ({ secret, forms: [...forms].sort() }));
}

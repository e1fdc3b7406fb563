import type { AllowedEnvironment, AllowedFile } from "../allowed";
import type { Pattern } from "../matcher";

/** What a scan is asked for. It comes on standard input, never as an argument. */
export interface ScanOrder {
  /** Bytes as base64, number of the secret, form. */
  patterns: [string, number, string][];
  /** Number of secrets; those of the host get the numbers that follow. */
  secrets: number;
  files: readonly AllowedFile[];
  environments: readonly AllowedEnvironment[];
  /** Files with secrets of the host itself. */
  own: readonly string[];
  /** Folders whose files are read, and single files. */
  roots: readonly string[];
  /** Folders that are not entered. */
  skip: readonly string[];
  /** Where processes are listed. @default they are not looked at */
  proc?: string;
  /** Whether environments of processes are looked at besides their arguments. @default true */
  environ?: boolean;
  /** Commands whose output is searched: place and words. */
  commands: readonly { place: "unit" | "journal"; words: readonly string[] }[];
  /** URLs that answer to this host with what it was made with. */
  metadata: readonly string[];
}

/** A secret in a place. The secret itself is not in it. */
export interface Found {
  /** Number of the secret. */
  secret: number;
  place: "file" | "arguments" | "environment" | "unit" | "journal" | "metadata" | "state" | "api";
  /** Path, or process with its user, or unit, or URL. */
  where: string;
  /** Such as `plain` and `base64`. */
  forms: string[];
  /** What is wrong with it, or why it may be there. */
  why: string;
}

/** What a scan saw. */
export interface ScanResult {
  found: Found[];
  allowed: Found[];
  /** Origins of the host's own secrets, and their lengths. */
  own: { origin: string; bytes: number }[];
  /** What was not looked at and need not be, and why. */
  notes: string[];
  /** What had to be looked at and was not, and why. */
  missed: string[];
  /** How much was looked at. */
  read: { files: number; bytes: number; processes: number; entries: number };
}

/** A result to which nothing was added yet. */
export function emptyResult(): ScanResult {
  const read = { files: 0, bytes: 0, processes: 0, entries: 0 };
  return { found: [], allowed: [], own: [], notes: [], missed: [], read };
}

/** Patterns by secret: one finding each, with all forms. */
export function bySecret(patterns: Iterable<Pattern>): { secret: number; forms: string[] }[] {
  const all = new Map<number, Set<string>>();
  for (const { secret, form } of patterns) {
    all.set(secret, (all.get(secret) ?? new Set()).add(form));
  }
  return [...all].map(([secret, forms]) => ({ secret, forms: [...forms].sort() }));
}

import type { Role } from "../topology";

/** Owner, group and permissions of a file or directory. */
export interface FileAttributes {
  /** User name, such as `root`. */
  owner: string;
  /** Group name, such as `root`. */
  group: string;
  /** Four octal digits, such as `0644`. */
  mode: string;
}

/** One file of a bundle. */
export interface BundleFile extends FileAttributes {
  /** Whole text. */
  content: string;
}

/** A check of staged files; it sees them at their final paths, before they are there for anybody else. */
export interface BundleCheck {
  /** Paths; the check runs when one of them changes. */
  files: string[];
  /** Program and arguments; exit status 0 means good. */
  command: string[];
  /** Paths without which the check cannot be run; it is skipped while one is missing. @default none */
  needs?: string[];
}

/** How to tell that a service does its work. One of the two. */
export interface BundleHealth {
  /** URL that must answer 200. */
  http?: string;
  /** Path of a Unix socket that the URL is asked for on. @default the URL's host and port */
  socket?: string;
  /** Program and arguments that must exit with 0. */
  command?: string[];
  /** Seconds until a service that is not healthy is a failure; at least 1. */
  timeoutSeconds: number;
}

/** A systemd unit that the bundle runs. */
export interface BundleService {
  /** Unit name, such as `haproxy.service`. */
  unit: string;
  /** Paths whose change reloads the service. */
  reloadFiles: string[];
  /** Paths whose change restarts the service. */
  restartFiles: string[];
  /** Paths that must exist before the service is started; until then it stays off. */
  needs: string[];
  /** Seconds that a start may take. @default 330 */
  startTimeoutSeconds?: number;
  /** How to tell that it works; absent: that systemd says active. */
  health?: BundleHealth;
}

/** A program that runs releases, such as Node.js, as an archive that is pushed over SSH. */
export interface BundleRuntime {
  /** SHA-256 of the `.tar.gz`, 64 hex digits. */
  digest: string;
  /** Directory that holds it unpacked, in one of the digest's name, such as `/srv/runtime`. */
  root: string;
}

/** The application's release. */
export interface BundleRelease {
  /** SHA-256 of the `.tar.gz`, 64 hex digits. */
  digest: string;
  /** Where the host fetches it; absent: it is pushed over SSH. */
  url?: string;
  /** Directory with `releases/` and the link `current`, such as `/srv/app`. */
  root: string;
  /** Number of releases kept, the running one included; at least 1. */
  keep: number;
  /** What runs it. @default the distribution's programs */
  runtime?: BundleRuntime;
}

/** A server's whole state, without its secrets. */
export interface Bundle {
  /** Node name, such as `lb-1`. */
  node: string;
  /** Tier. */
  role: Role;
  /** Distribution packages that must be installed. */
  packages: string[];
  /** System users without a login. */
  users: { name: string; home: string }[];
  /** Directories by absolute path. */
  directories: Record<string, FileAttributes>;
  /** Files by absolute path. */
  files: Record<string, BundleFile>;
  /** Files whose content is delivered apart, by absolute path. */
  secretFiles: Record<string, FileAttributes>;
  /** Checks before the swap. */
  checks: BundleCheck[];
  /**
   * Paths of files that decide who can log in: a change of one is confirmed over a new connection,
   * or undone by the host.
   *
   * @default none
   */
  loginFiles?: string[];
  /** Services in the order in which they are started. */
  services: BundleService[];
  /** Release of the application, on nodes that serve it. */
  release?: BundleRelease;
}

/** What a part of a bundle contributes; everything is optional. */
export type BundlePart = Partial<Omit<Bundle, "node" | "role">>;

/**
 * Several parts as one, in order.
 *
 * @throws Error if two parts bring the same file, secret file or directory.
 */
export function mergeParts(parts: readonly BundlePart[]): Omit<Bundle, "node" | "role"> {
  const merged = {
    packages: [...new Set(parts.flatMap((part) => part.packages ?? []))],
    users: parts.flatMap((part) => part.users ?? []),
    directories: disjoint(
      "directory",
      parts.map((part) => part.directories),
    ),
    files: disjoint(
      "file",
      parts.map((part) => part.files),
    ),
    secretFiles: disjoint(
      "secret file",
      parts.map((part) => part.secretFiles),
    ),
    checks: parts.flatMap((part) => part.checks ?? []),
    loginFiles: parts.flatMap((part) => part.loginFiles ?? []),
    services: parts.flatMap((part) => part.services ?? []),
  };
  const release = parts.find((part) => part.release)?.release;
  return release ? { ...merged, release } : merged;
}

function disjoint<T>(kind: string, maps: readonly (Record<string, T> | undefined)[]) {
  const all: Record<string, T> = {};
  for (const [path, value] of maps.flatMap((map) => Object.entries(map ?? {}))) {
    if (path in all) throw new Error(`two parts of the bundle bring the ${kind} ${path}`);
    all[path] = value;
  }
  return all;
}

/** A file that root owns. */
export function rootFile(content: string, mode = "0644"): BundleFile {
  return { content, owner: "root", group: "root", mode };
}

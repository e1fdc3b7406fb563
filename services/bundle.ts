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

/** A check of staged files. The check sees the files at their final paths before any other process does. */
export interface BundleCheck {
  /** Paths; the check runs when one of them changes. */
  files: string[];
  /** Program and arguments; exit status 0 means that the files are valid. */
  command: string[];
  /** Paths that the check needs; converge skips the check while one is missing. @default none */
  needs?: string[];
}

/** Health check of a service: either `http` or `command`. */
export interface BundleHealth {
  /** URL that must answer 200. */
  http?: string;
  /** Unix socket to which the HTTP request is sent. @default the URL's host and port */
  socket?: string;
  /** Program and arguments that must exit with 0. */
  command?: string[];
  /** Seconds until an unhealthy service counts as failed; at least 1. */
  timeoutSeconds: number;
}

/** How a node is drained before a restart that visitors would notice. */
export interface BundleAside {
  /** Program and arguments; it ends when no visitor depends on the node any more. */
  leave: string[];
  /** Program and arguments after all restarts; it ends when visitors may come again. */
  back: string[];
}

/** A systemd unit that the bundle runs. */
export interface BundleService {
  /** Unit name, such as `haproxy.service`. */
  unit: string;
  /** Paths whose change reloads the service. */
  reloadFiles: string[];
  /** Paths whose change restarts the service. */
  restartFiles: string[];
  /** Paths that must exist before the service is started; the service stays off while one is missing. */
  needs: string[];
  /**
   * Paths while one of which exists the service stays off, by a condition in its unit file: that is no failure, and the
   * service stays enabled.
   *
   * @default none
   */
  offWhile?: string[];
  /** Seconds that a start may take. @default 330 */
  startTimeoutSeconds?: number;
  /** Seconds that the service must run without exiting after a switch to a release that never ran here. @default 0 */
  trialSeconds?: number;
  /** Health check. @default systemd's state `active` is enough */
  health?: BundleHealth;
  /** Preparation of a restart of the running service. @default a restart needs nothing */
  aside?: BundleAside;
}

/** The runtime of a release, such as Node.js, as an archive that is pushed over SSH. */
export interface BundleRuntime {
  /** SHA-256 of the `.tar.gz`, 64 hex digits. */
  digest: string;
  /** Directory of unpacked runtimes, each in a subdirectory named by its digest, such as `/srv/runtime`. */
  root: string;
}

/** The application's release. */
export interface BundleRelease {
  /** SHA-256 of the `.tar.gz`, 64 hex digits. */
  digest: string;
  /** URL from which the host downloads the archive; absent: the archive is pushed over SSH. */
  url?: string;
  /** Directory with `releases/` and the link `current`, such as `/srv/app`. */
  root: string;
  /** Number of releases kept, the running one included; at least 1. */
  keep: number;
  /** Runtime of the release. @default the distribution's programs */
  runtime?: BundleRuntime;
}

/** The wanted state of a server, without its secrets. */
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
  /** Secret files, whose content is delivered separately, by absolute path. */
  secretFiles: Record<string, FileAttributes>;
  /** Checks before the swap. */
  checks: BundleCheck[];
  /**
   * Paths of files that decide who can log in. The host undoes a change of such a file unless the provider
   * confirms the change over a new connection.
   *
   * @default none
   */
  loginFiles?: string[];
  /** Services in the order in which they are started. */
  services: BundleService[];
  /** Release of the application, on nodes that serve it. */
  release?: BundleRelease;
}

/** A part of a bundle; every field is optional. */
export type BundlePart = Partial<Omit<Bundle, "node" | "role">>;

/**
 * Merges parts of a bundle, in order.
 *
 * @throws Error if two parts contain the same file, secret file or directory.
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
    if (path in all) throw new Error(`two parts of the bundle define the ${kind} ${path}`);
    all[path] = value;
  }
  return all;
}

/** A file with owner and group root. */
export function rootFile(content: string, mode = "0644"): BundleFile {
  return { content, owner: "root", group: "root", mode };
}

/** Path of a program on the host. */
export function programPath(name: string): string {
  return `/usr/local/lib/webstack/${name}.js`;
}

/**
 * Files of a service's programs by path.
 *
 * @param programs programs of `host/` by name, bundled.
 * @param names names without `.ts`, such as `prober`.
 * @throws Error if `programs` lacks one of them.
 */
export function programFiles(
  programs: Readonly<Record<string, string>>,
  ...names: readonly string[]
): Record<string, BundleFile> {
  const file = (name: string): [string, BundleFile] => {
    const source = programs[name];
    if (source !== undefined) return [programPath(name), rootFile(source)];
    const known = Object.keys(programs).join(", ");
    throw new Error(
      `programs must hold ${name}, got ${known}; write host/${name}.ts or correct the name`,
    );
  };
  return Object.fromEntries(names.map(file));
}

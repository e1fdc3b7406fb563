import { spawnSync } from "node:child_process";

/** Raw observations of `npm run audit:hosts` on a host; the operator's machine judges them. */
export interface Seen {
  /** Each service of the host's bundle, with systemd's exposure; undefined: systemd reported none. */
  units: { unit: string; exposure?: number }[];
  /** Lines of `sshd -T`, in small letters. */
  sshd: string[];
  /** Values of the kernel's settings by name; absent: the kernel has no such setting. */
  sysctls: Record<string, string>;
  /** `yes` if the kernel counts as synchronised; `no`, or empty if `timedatectl` does not say. */
  clock: string;
  /** Lines of `ss -H -lntup`. */
  sockets: string[];
  /** Users with a shell. */
  shells: string[];
  /** Users whose password opens the host, locked ones not among them. */
  passwords: string[];
  /** Lines of the files of sudo that grant something, each with its file. */
  sudoers: { file: string; line: string }[];
  /** Members of the groups to which the distribution's sudo grants everything. */
  sudoGroup: string[];
  /** Files and folders in `/etc` that everybody may write. */
  writable: string[];
  /** Set-user-ID and set-group-ID programs that belong to no package. */
  strangeSetuid: string[];
  /** Reasons why something could not be read. */
  missed: string[];
}

/** Order to a host. */
export interface Order {
  /** Path of converge's record of what it put on the host. */
  manifest: string;
  /** Names of settings of the kernel. */
  sysctls: readonly string[];
}

/** Folder of the unit files that converge writes. */
const unitFolder = "/etc/systemd/system/";

/**
 * Services of a host's bundle, from converge's record: those that it runs, and those that a timer or a path
 * starts. Of a template, the instances that it runs.
 *
 * @throws SyntaxError if the record is not JSON; empty text is no record, and gives none.
 */
export function bundleUnits(manifest: string): string[] {
  if (manifest === "") return [];
  const { files, services } = JSON.parse(manifest) as {
    files: string[];
    services: { unit: string }[];
  };
  const own = files
    .filter((path) => path.startsWith(unitFolder))
    .map((path) => path.slice(unitFolder.length));
  const units = [...services.map(({ unit }) => unit), ...own];
  return [...new Set(units.filter((unit) => /^[^/]+(?<!@)\.service$/.test(unit)))].sort();
}

const fields = (text: string) => text.split("\n").map((line) => line.split(":"));

/** Users of a `passwd` file who get a shell when they log in. */
export function shellUsers(passwd: string): string[] {
  return fields(passwd)
    .filter(([name, , , , , , shell]) => name && shell && !/\/(nologin|false|sync)$/.test(shell))
    .map(([name]) => name!);
}

/** Users of a `shadow` file with a password that is not locked, or with an empty one. */
export function usersWithPassword(shadow: string): string[] {
  return fields(shadow)
    .filter(([name, hash]) => name && hash !== undefined && !/^[!*]/.test(hash))
    .map(([name]) => name!);
}

/** Lines of a `sudoers` file that grant something, without comments, defaults, aliases and includes. */
export function sudoLines(sudoers: string): string[] {
  return sudoers
    .replaceAll("\\\n", " ")
    .split("\n")
    .map((line) => line.trim().replace(/\s+/g, " "))
    .filter((line) => line !== "" && !/^(#|@|Defaults|\w+_Alias\b)/.test(line));
}

const search = ["-xdev", "-type", "f", "-perm", "/6000", "-print"];

/**
 * Set-user-ID and set-group-ID programs of this host, and those of them that belong to no package.
 *
 * @param longestMs longest search, milliseconds.
 */
export function setuidPrograms(longestMs: number): { all: string[]; unpackaged: string[] } {
  // `find` has status 1 when a file vanishes under it.
  const found = spawnSync("find", ["/", ...search], { encoding: "utf8", timeout: longestMs });
  const all = ((found.stdout as string | null) ?? "").split("\n").filter(Boolean);
  return { all, unpackaged: all.filter(hasNoPackage) };
}

/** A package may name `/bin/x` what is `/usr/bin/x`. */
function hasNoPackage(path: string): boolean {
  const names = [path, path.replace(/^\/usr/, "")];
  return names.every((name) => spawnSync("dpkg-query", ["-S", name]).status !== 0);
}

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import {
  bundleUnits,
  type Order,
  type Seen,
  setuidPrograms,
  shellUsers,
  sudoLines,
  usersWithPassword,
} from "./read";

/** Order from the program that reads standard input. */
declare const order: Order;

/** Longest command, milliseconds: a search of a whole disk. */
const longestMs = 120_000;
const missed: string[] = [];

/** Output of a command; empty if the program is missing. A command that fails is reported as a problem. */
function output(command: string, ...words: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, words, {
    encoding: "utf8",
    timeout: longestMs,
    maxBuffer: 64 << 20,
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" },
  });
  if (status !== 0)
    missed.push(`${command} ${words.join(" ")}: ${error?.message ?? stderr.trim().slice(-200)}`);
  // A missing program has no output.
  return (stdout as string | null) ?? "";
}

function text(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    missed.push(`${path}: ${(error as NodeJS.ErrnoException).code}`);
    return "";
  }
}

const lines = (all: string) => all.split("\n").filter((line) => line.trim() !== "");

function exposure(unit: string): Seen["units"][number] {
  const text = output("systemd-analyze", "security", "--no-pager", unit);
  const [, value] = /Overall exposure level for .*: ([\d.]+)/.exec(text) ?? [];
  return { unit, ...(value === undefined ? {} : { exposure: Number(value) }) };
}

function sysctls(): Record<string, string> {
  const values = order.sysctls.flatMap((name): [string, string][] => {
    try {
      const path = `/proc/sys/${name.replaceAll(".", "/")}`;
      return [[name, readFileSync(path, "utf8").trim()]];
    } catch {
      return [];
    }
  });
  return Object.fromEntries(values);
}

function folderFiles(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => `${folder}/${name}`);
  } catch {
    return [];
  }
}

const [manifest, passwd, group] = [text(order.manifest), text("/etc/passwd"), text("/etc/group")];
const sudoFiles = ["/etc/sudoers", ...folderFiles("/etc/sudoers.d")];
const seen: Seen = {
  units: bundleUnits(manifest).map(exposure),
  sshd: lines(output("sshd", "-T").toLowerCase()),
  sysctls: sysctls(),
  // A host of the local cloud may have no `timedatectl`; it has no clock of its own either.
  clock: (spawnSync("timedatectl", ["show", "-P", "NTPSynchronized"]).stdout ?? "")
    .toString()
    .trim(),
  sockets: lines(output("ss", "-H", "-lntup")),
  shells: shellUsers(passwd),
  passwords: usersWithPassword(text("/etc/shadow")),
  sudoers: sudoFiles.flatMap((file) => sudoLines(text(file)).map((line) => ({ file, line }))),
  sudoGroup: lines(group)
    .filter((line) => /^(sudo|admin|wheel):/.test(line))
    .flatMap((line) => line.split(":")[3]!.split(",").filter(Boolean)),
  writable: lines(output("find", "/etc", "-xdev", "!", "-type", "l", "-perm", "-0002")),
  strangeSetuid: setuidPrograms(longestMs).unpackaged,
  missed,
};
process.stdout.write(JSON.stringify(seen));

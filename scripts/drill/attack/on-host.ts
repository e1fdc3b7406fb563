import { type SpawnOptionsWithoutStdio, spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { bundleUnits, setuidPrograms } from "../../audit/read";
import { regularFiles } from "../../secrets/scan/files";
import type { Attacked, Tries } from "./attacks";
import { attackers, namesOf, unknownPrograms, unitOf, usersOfUnits } from "./read";

/** Order to a host. */
export interface AttackOrder {
  /** Path of converge's record of what it put on the host. */
  manifest: string;
  /** Text for `node -e` that runs the program on its standard input. */
  bootstrap: string;
  /** The attacker's program. */
  program: string;
  /** Targets that the host does not find by itself. Files and folders need not exist on the host. */
  tries: Omit<Tries, "processes" | "sockets">;
}

/** Report of a host. */
export interface AttackReport {
  /** System users by unit. */
  byUnit: Record<string, string>;
  users: ({ user: string } & Attacked)[];
  /** Programs with a set-user-ID bit that is not known of any package. */
  setuid: string[];
}

/** Order from the program that reads standard input. */
declare const order: AttackOrder;

/** Longest attack of one user, and longest search for files, milliseconds. */
const longestMs = 90_000;
/** Number of users that attack at the same time. */
const atOnce = 3;

function output(command: string, ...words: string[]): string {
  const { stdout } = spawnSync(command, words, { encoding: "utf8", timeout: longestMs });
  return (stdout as string | null) ?? "";
}

/** Processes with a program; kernel threads have none. */
function processIds(): number[] {
  const ids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return ids.map(Number).filter((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/exe`) !== "";
    } catch {
      return false;
    }
  });
}

/** Unit and user of a process; a process that has ended has none. */
function processOf(pid: number, names: ReadonlyMap<number, string>) {
  try {
    const [, uid] = /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    const unit = unitOf(readFileSync(`/proc/${pid}/cgroup`, "utf8"));
    return { unit, user: names.get(Number(uid)) };
  } catch {
    return { unit: undefined, user: undefined };
  }
}

/** Block devices: a user that reads one reads all files. */
function devices(): string[] {
  const paths = readdirSync("/dev").map((name) => `/dev/${name}`);
  return paths.filter((path) => statSync(path, { throwIfNoEntry: false })?.isBlockDevice());
}

/** Runs the attacker's program as a user. */
function attack(user: string, tries: Tries): Promise<AttackReport["users"][number]> {
  const failed = (why: string) => ({ user, tried: 1, done: [], untried: [`all: ${why}`] });
  return new Promise((resolve) => {
    const words = ["-n", "-u", user, "--", "/usr/bin/node", "-e", order.bootstrap];
    const options: SpawnOptionsWithoutStdio = { cwd: "/", timeout: longestMs };
    const child = spawn("sudo", words, options);
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.stdin.on("error", () => undefined);
    child.once("error", ({ message }) => resolve(failed(message)));
    child.once("close", (status) => {
      if (status === 0) resolve({ user, ...(JSON.parse(stdout) as Attacked) });
      else resolve(failed(stderr.trim() || `the attacker's program ended with ${status}`));
    });
    child.stdin.end(JSON.stringify({ program: order.program, order: tries }));
  });
}

async function main(): Promise<void> {
  const manifest = readFileSync(order.manifest, "utf8");
  const units = bundleUnits(manifest);
  const { secretFiles } = JSON.parse(manifest) as { secretFiles: string[] };
  const byUnit = usersOfUnits(output("systemctl", "show", "-p", "Id", "-p", "User", ...units));
  const processes = processIds();
  const names = namesOf(readFileSync("/etc/passwd", "utf8"));
  const running = processes.map((pid) => processOf(pid, names));
  const { files, folders, accounts } = order.tries;
  const tries: Tries = {
    ...order.tries,
    files: [
      ...new Set([...secretFiles, ...files.flatMap((path) => [...regularFiles(path, [])])]),
      ...devices(),
    ],
    folders: folders.filter((path) => existsSync(path)),
    processes,
    sockets: output("find", "/run", "/var", "/srv", "/tmp", "-xdev", "-type", "s")
      .split("\n")
      .filter(Boolean),
    accounts: existsSync("/run/mysqld/mysqld.sock") ? accounts : [],
  };
  const queue = attackers(units, byUnit, running);
  const users: AttackReport["users"] = [];
  const worker = async () => {
    for (let user = queue.shift(); user !== undefined; user = queue.shift()) {
      users.push(await attack(user, tries));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const { all, unpackaged } = setuidPrograms(longestMs);
  const report: AttackReport = { byUnit, users, setuid: unknownPrograms(all, unpackaged) };
  process.stdout.write(JSON.stringify(report));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

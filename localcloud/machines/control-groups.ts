import { readFileSync, writeFileSync, existsSync, mkdirSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { join } from "node:path";

/** Control groups of a process, from what `/proc/<pid>/cgroup` says (cgroups(7)). */
export interface ControlGroups {
  /** Path of the group in the tree of a controller of version 1, such as `/docker/ab`; undefined: there is no such tree. */
  of(controller: string): string | undefined;
  /** Path of the host's group in the unified tree of version 2; undefined: there is none. */
  unified: string | undefined;
}

/** Reads them. */
export function controlGroupsOf(text: string): ControlGroups {
  const groups = text.split("\n").map((line) => line.split(":"));
  return {
    of: (controller) =>
      groups.find(([, controllers]) => controllers?.split(",").includes(controller))?.[2],
    // systemd in the host moves itself into a group of its own.
    unified: groups.find(([hierarchy]) => hierarchy === "0")?.[2]?.replace(/\/init\.scope$/, ""),
  };
}

/** How the processes of a control group are stopped: the file, what is written there, and how to see that it is done. */
export interface Freezer {
  file: string;
  frozen: string;
  thawed: string;
  /** The file that says whether all processes stand still, and what it says then. */
  seenIn: string;
  seen: RegExp;
}

/** Longest wait until all processes stand still, milliseconds: a process in an uninterruptible wait holds it up. */
const standstillMs = 5_000;

const lookMs = 5;

/**
 * The freezer of a host's control group, of version 1 or 2
 * (https://docs.kernel.org/admin-guide/cgroup-v1/freezer-subsystem.html,
 * https://docs.kernel.org/admin-guide/cgroup-v2.html).
 *
 * @param cgroups what `/proc/<pid>/cgroup` says of the first process of the host.
 * @throws Error if neither version is there.
 */
export function freezerOf(cgroups: string): Freezer {
  const groups = controlGroupsOf(cgroups);
  const old = groups.of("freezer");
  if (old !== undefined) {
    const file = `/sys/fs/cgroup/freezer${old}/freezer.state`;
    return { file, frozen: "FROZEN", thawed: "THAWED", seenIn: file, seen: /^FROZEN$/m };
  }
  if (groups.unified === undefined) {
    throw new Error("this kernel cannot freeze a host: it has no control groups");
  }
  const folder = `/sys/fs/cgroup${groups.unified}`;
  return {
    ...{ file: `${folder}/cgroup.freeze`, frozen: "1", thawed: "0" },
    ...{ seenIn: `${folder}/cgroup.events`, seen: /^frozen 1$/m },
  };
}

/**
 * Stops all processes of a host, and returns what lets them go on. `docker pause` is not used: on a busy
 * machine the engine's runtime thaws a group of version 1 for moments while it freezes it, and a process
 * that a filter of system calls confines dies then of `restart_syscall` (seen, sshd 10.6: it closes its
 * connection).
 *
 * @param pid process id of the host's first process, on the machine.
 * @throws Error if the group has no freezer, or processes do not stand still in time.
 */
export async function freezeProcesses(pid: number): Promise<() => void> {
  const freezer = freezerOf(readFileSync(`/proc/${pid}/cgroup`, "utf8"));
  for (const end = Date.now() + standstillMs; ;) {
    writeFileSync(freezer.file, freezer.frozen);
    if (freezer.seen.test(readFileSync(freezer.seenIn, "utf8"))) break;
    if (Date.now() > end) {
      writeFileSync(freezer.file, freezer.thawed);
      throw new Error(`the processes of a host do not stand still after ${standstillMs / 1000} s`);
    }
    await pause(lookMs);
  }
  return () => writeFileSync(freezer.file, freezer.thawed);
}

/** Where the kernel keeps the processor groups (cgroup v1), and the engine's group in it. */
const processorGroups = "/sys/fs/cgroup/cpu";

const engineGroup = "docker";

/** Real-time budget of the engine's group and of one host, microseconds in a second. */
const engineRealtimeUs = 400_000;

const hostRealtimeUs = 20_000;

/**
 * Arguments of `docker create` that let a host run real-time processes, with the budget for it. The
 * engine makes its group with the first container that starts: too late for those created before,
 * so the group is made here. None where the kernel does not count real time by groups.
 *
 * @param groups such as `/sys/fs/cgroup/cpu`.
 */
export function realtimeArguments(groups = processorGroups): string[] {
  const file = "cpu.rt_runtime_us";
  if (!existsSync(join(groups, file))) return [];
  const engine = join(groups, engineGroup);
  try {
    mkdirSync(engine, { recursive: true });
    const budget = join(engine, file);
    if (!existsSync(budget) || Number(readFileSync(budget, "utf8")) < engineRealtimeUs) {
      writeFileSync(budget, String(engineRealtimeUs));
    }
    return [`--cpu-rt-runtime=${hostRealtimeUs}`];
  } catch {
    return [];
  }
}

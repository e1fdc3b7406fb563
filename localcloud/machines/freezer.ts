import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { controlGroupsOf } from "./control-groups";

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

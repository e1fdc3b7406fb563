import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { controlGroupsOf } from "../machines/control-groups";

/** Length of a period in which the share is counted, microseconds; what systemd takes for `CPUQuota=` too. */
const periodMicros = 100_000;

/**
 * The folder of the control group that limits processor time of a host, in the tree of the controller `cpu`.
 *
 * @param cgroups what `/proc/<pid>/cgroup` says of a process of the host.
 * @throws Error if there is no tree of version 1 with that controller.
 */
export function processorGroupOf(cgroups: string): string {
  const found = controlGroupsOf(cgroups).of("cpu");
  if (found === undefined) {
    throw new Error("this kernel has no tree of control groups for processor time alone");
  }
  return `/sys/fs/cgroup/cpu${found.replace(/\/webstack-share$/, "")}`;
}

/**
 * Lets processes of a host have so much of one processor, in per cent; undefined: as much as they get. Hosts are
 * containers without controllers of their own, so `CPUQuota=` has no effect in them; the machine has one.
 *
 * @param hostPid process id of the host's first process, on the machine.
 * @param pids process ids on the machine.
 */
export function shareProcessor(
  hostPid: number,
  pids: readonly number[],
  percent: number | undefined,
): void {
  const group = processorGroupOf(readFileSync(`/proc/${hostPid}/cgroup`, "utf8"));
  const own = join(group, "webstack-share");
  if (percent === undefined) return lift(own, group);
  if (!existsSync(own)) mkdirSync(own);
  writeFileSync(join(own, "cpu.cfs_period_us"), String(periodMicros));
  writeFileSync(join(own, "cpu.cfs_quota_us"), String(Math.round((periodMicros * percent) / 100)));
  for (const pid of pids) writeFileSync(join(own, "cgroup.procs"), String(pid));
}

/** Gives the processes back to the host's own group. */
function lift(own: string, group: string): void {
  if (!existsSync(own)) return;
  const pids = readFileSync(join(own, "cgroup.procs"), "utf8").split("\n").filter(Boolean);
  for (const pid of pids) writeFileSync(join(group, "cgroup.procs"), pid);
  rmdirSync(own);
}

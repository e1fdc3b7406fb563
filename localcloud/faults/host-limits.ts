import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { controlGroupsOf } from "../machines/control-groups";
import { command, attempt } from "../machines/command";

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

/** Where a limit of writes is set, and what is written there. */
export interface Throttle {
  file: string;
  text: string;
}

/**
 * The limit of writes a second to a device, for all processes of a control group; 0: no limit.
 *
 * @param cgroups what `/proc/<pid>/cgroup` says of a process of the host.
 * @param hasVersion2 true if the unified tree has the controller `io`.
 * @throws Error if neither version of control groups can limit writes here.
 */
export function throttleOf(
  cgroups: string,
  hasVersion2: boolean,
  device: string,
  perSecond: number,
): Throttle {
  const groups = controlGroupsOf(cgroups);
  const old = groups.of("blkio");
  if (old !== undefined) {
    const file = `/sys/fs/cgroup/blkio${old}/blkio.throttle.write_iops_device`;
    return { file, text: `${device} ${perSecond}` };
  }
  if (groups.unified !== undefined && hasVersion2) {
    const limit = perSecond === 0 ? "max" : String(perSecond);
    return { file: `/sys/fs/cgroup${groups.unified}/io.max`, text: `${device} wiops=${limit}` };
  }
  throw new Error("this kernel cannot limit writes: no control group has blkio or io");
}

/** A device number of `stat` as `major:minor`. */
export function deviceOf(dev: number): string {
  const [high, low] = [Math.floor(dev / 2 ** 20), dev % 2 ** 20];
  return `${(low >> 8) & 0xfff}:${(low & 0xff) | (high << 8)}`;
}

/** The disk of a partition; limits hold for disks alone. */
function diskOf(device: string): string {
  const folder = `/sys/dev/block/${device}`;
  if (!existsSync(folder))
    throw new Error(`no disk has the number ${device}; nothing to slow down`);
  if (!existsSync(`${folder}/partition`)) return device;
  return readFileSync(`${folder}/../dev`, "utf8").trim();
}

/** Limits the writes of a host to the disk that has `path`; 0: no limit. */
export async function slowDown(
  container: string,
  pid: number,
  path: string,
  perSecond: number,
): Promise<void> {
  const find = ["exec", container, "findmnt", "--noheadings", "--output", "MAJ:MIN", "--target"];
  const own = (await command("docker", [...find, path])).trim();
  // A host's root is a layer on the engine's own disk.
  const root = ["info", "--format", "{{.DockerRootDir}}"];
  const device = own.startsWith("0:")
    ? deviceOf(statSync((await command("docker", root)).trim()).dev)
    : own;
  const controllers = "/sys/fs/cgroup/cgroup.controllers";
  const hasVersion2 = existsSync(controllers) && /\bio\b/.test(readFileSync(controllers, "utf8"));
  const cgroups = readFileSync(`/proc/${pid}/cgroup`, "utf8");
  const { file, text } = throttleOf(cgroups, hasVersion2, diskOf(device), perSecond);
  if (!existsSync(file)) throw new Error(`this kernel cannot limit writes: there is no ${file}`);
  writeFileSync(file, text);
}

/** What slows the packets towards a server: a rate, or a delay. */
export type Shaping =
  | { kbitPerSecond: number }
  | {
      delayMs: number;
      /** Each packet's delay differs by up to that. */
      jitterMs: number;
    };

/** Arguments of `tc` that do it. */
export function shapingWords(shaping: Shaping): string[] {
  if ("kbitPerSecond" in shaping) {
    return ["tbf", "rate", `${shaping.kbitPerSecond}kbit`, "burst", "32kbit", "latency", "400ms"];
  }
  return ["netem", "delay", `${shaping.delayMs}ms`, `${shaping.jitterMs}ms`];
}

/**
 * Shapes what leaves an interface of a namespace, in place of a former shaping.
 *
 * @param shaping absent: none.
 * @throws Error if the kernel cannot do it.
 */
export async function shape(namespace: string, port: string, shaping?: Shaping): Promise<void> {
  const device = ["-n", namespace, "qdisc"];
  await attempt("tc", [...device, "del", "dev", port, "root"]);
  if (!shaping) return;
  const words = [...device, "add", "dev", port, "root", ...shapingWords(shaping)];
  await command("tc", words).catch((error: Error) => {
    if (!/qdisc kind is unknown/.test(error.message)) throw error;
    const kind = shapingWords(shaping)[0];
    throw new Error(`the kernel of this machine has no ${kind} queue, so it cannot do that`);
  });
}

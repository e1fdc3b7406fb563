import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { command } from "../machines/command";
import { controlGroupsOf } from "../machines/control-groups";

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

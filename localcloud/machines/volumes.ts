import { existsSync, mkdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { attempt, command } from "./command";
import type { MachineVolume } from "./driver";

function imagePath(state: string, id: number): string {
  return join(state, "volumes", `${id}.img`);
}

async function loopDevice(path: string): Promise<string | undefined> {
  const answer = await attempt("losetup", [
    "--associated",
    path,
    "--noheadings",
    "--output",
    "NAME",
  ]);
  return answer?.trim().split("\n")[0] || undefined;
}

/** Makes a volume: a sparse file, formatted if asked. Does nothing if it is there. */
export async function createVolumeImage(
  state: string,
  { id, sizeGb, format }: MachineVolume,
): Promise<void> {
  const path = imagePath(state, id);
  if (existsSync(path)) return;
  mkdirSync(join(state, "volumes"), { recursive: true, mode: 0o700 });
  writeFileSync(path, "", { mode: 0o600 });
  truncateSync(path, sizeGb * 2 ** 30);
  if (format)
    await command(`mkfs.${format}`, [format === "ext4" ? "-F" : "-f", "-q", path], {
      timeoutSeconds: 120,
    });
}

/** Grows a volume; the host grows its file system itself. */
export async function growVolumeImage(state: string, id: number, sizeGb: number): Promise<void> {
  const path = imagePath(state, id);
  truncateSync(path, sizeGb * 2 ** 30);
  const device = await loopDevice(path);
  if (device) await command("losetup", ["--set-capacity", device]);
}

/** Removes a volume. */
export async function deleteVolumeImage(state: string, id: number): Promise<void> {
  await releaseVolume(state, id);
  rmSync(imagePath(state, id), { force: true });
}

/** Frees the loop device of a volume. */
export async function releaseVolume(state: string, id: number): Promise<void> {
  const device = await loopDevice(imagePath(state, id));
  if (device) await attempt("losetup", ["--detach", device]);
}

/** Shows a volume to a running host, where Hetzner shows it; mounts it if asked. */
export async function plugVolume(
  state: string,
  id: number,
  pid: number,
  automount: boolean,
): Promise<void> {
  const path = imagePath(state, id);
  const device =
    (await loopDevice(path)) ?? (await command("losetup", ["--find", "--show", path])).trim();
  const minor = device.replace("/dev/loop", "");
  const link = `/dev/disk/by-id/scsi-0HC_Volume_${id}`;
  const enter = ["--target", String(pid), "--mount", "--pid"];
  const steps = [
    ["mkdir", "-p", "/dev/disk/by-id"],
    ["sh", "-c", `[ -b ${device} ] || mknod ${device} b 7 ${minor}`],
    ["ln", "-sfn", device, link],
    ...(automount
      ? [
          ["mkdir", "-p", `/mnt/HC_Volume_${id}`],
          ["mount", device, `/mnt/HC_Volume_${id}`],
        ]
      : []),
  ];
  for (const step of steps) await command("nsenter", [...enter, ...step]);
}

/** Takes a volume away from a running host. */
export async function unplugVolume(state: string, id: number, pid: number): Promise<void> {
  const device = await loopDevice(imagePath(state, id));
  const enter = ["--target", String(pid), "--mount", "--pid"];
  if (device) {
    await attempt("nsenter", [...enter, "umount", "--all-targets", device]);
    await attempt("nsenter", [
      ...enter,
      "rm",
      "-f",
      device,
      `/dev/disk/by-id/scsi-0HC_Volume_${id}`,
    ]);
  }
  await releaseVolume(state, id);
}

import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { runOrThrow, pause, run } from "./converge/run";
import { type DataDirectory, plan, serverUuid } from "./data/plan";
import { log } from "./supervisor/log";
import { monotonicMs } from "./time/monotonic";

/** Longest wait for the volume or its new size, seconds. */
const deviceSeconds = 90;
/** Longest stop of MySQL, seconds. */
const stopSeconds = 300;
/** Longest copy of the data, seconds; the unit's timeout is slightly longer. */
const copySeconds = 1_400;

/** Data directory of MySQL, as its AppArmor profile and configuration expect it. */
const place = "/var/lib/mysql";
const volumeRoot = "/var/lib/webstack-volume";
/** Data directory on the volume. Not the volume's root: MySQL would take `lost+found` for a database. */
const held = `${volumeRoot}/mysql`;
/** Marker file from the start of a copy until MySQL has started on it; MySQL's unit removes it. */
const neverStarted = `${volumeRoot}/never-started`;
const systemctl = "/usr/bin/systemctl";
const mysql = "mysql.service";

const volumeId = readFileSync("/etc/webstack/volume-id", "utf8").trim();
const sizeGb = Number(readFileSync("/etc/webstack/volume-size-gb", "utf8"));

/** Content of a file; null if the file does not exist. */
function textOf(path: string): string | null {
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

function directory(path: string): DataDirectory {
  const uuid = serverUuid(textOf(`${path}/auto.cnf`) ?? "");
  return { path, exists: existsSync(path), serverUuid: uuid };
}

async function isMounted(path: string): Promise<boolean> {
  return (await run(["/usr/bin/mountpoint", "-q", path])).status === 0;
}

/** Waits for the volume's device and returns its path. @throws Error if the device does not appear. */
async function attachedDevice(): Promise<string> {
  const link = `/dev/disk/by-id/scsi-0HC_Volume_${volumeId}`;
  for (const end = monotonicMs() + deviceSeconds * 1000; !existsSync(link); await pause(200)) {
    if (monotonicMs() < end) continue;
    throw new Error(
      `volume ${volumeId} is not attached to this server: ${link} did not appear within ` +
        `${deviceSeconds} s; MySQL stays off, because its data is on that volume; attach the volume and run systemctl restart webstack-data`,
    );
  }
  return realpathSync(link);
}

/** Stops MySQL; returns false if it was not running. */
async function stopMysql(): Promise<boolean> {
  const show = [systemctl, "show", "--property=ActiveState", "--value", mysql];
  if (["inactive", "failed"].includes((await runOrThrow(show)).trim())) return false;
  await runOrThrow([systemctl, "stop", mysql], stopSeconds);
  return true;
}

/**
 * Copies MySQL's data to the volume. The copy is complete on disk before it gets its final name, so that a
 * power failure leaves no partial copy under that name.
 */
async function copy(): Promise<void> {
  const draft = `${volumeRoot}/mysql.copy`;
  log(5, `copying ${place} to volume ${volumeId}`);
  // Without this marker, a copy that was interrupted or never got a server UUID would be refused.
  writeFileSync(neverStarted, "", { flush: true });
  rmSync(draft, { recursive: true, force: true });
  rmSync(held, { recursive: true, force: true });
  await runOrThrow(["/usr/bin/cp", "-a", place, draft], copySeconds);
  await runOrThrow(["/usr/bin/sync", "-f", draft], copySeconds);
  renameSync(draft, held);
  await runOrThrow(["/usr/bin/sync", "-f", volumeRoot], stopSeconds);
}

async function fill(): Promise<void> {
  const decided = plan({
    volumeId,
    ranOn: textOf("/var/lib/webstack/volume-id")?.trim() ?? null,
    onVolume: directory(held),
    neverStarted: existsSync(neverStarted),
    onOwnDisk: directory(place),
  });
  if (decided.type === "refuse") throw new Error(decided.reason);
  if (decided.type === "copy") await copy();
  else log(5, `using the existing data on volume ${volumeId}`);
}

/** Mounts the volume's data directory over MySQL's data directory. */
async function mount(): Promise<void> {
  const device = await attachedDevice();
  if (!(await isMounted(volumeRoot))) {
    mkdirSync(volumeRoot, { recursive: true, mode: 0o700 });
    const options = ["-t", "ext4", "-o", "noatime,nodev,nosuid,discard"];
    await runOrThrow(["/usr/bin/mount", ...options, device, volumeRoot]);
  }
  // The volume may have been resized while the server was off. MySQL starts even if growing the file
  // system fails.
  await resize(device).catch((error: Error) => log(4, error.message));
  if (await isMounted(place)) return;
  const wasRunning = await stopMysql();
  await fill();
  await runOrThrow(["/usr/bin/mount", "--bind", held, place]);
  // Rolling changes restart MySQL themselves; after a late volume nothing else would start it.
  const isEnabled = (await run([systemctl, "is-enabled", "--quiet", mysql])).status === 0;
  if (!wasRunning && isEnabled) await runOrThrow([systemctl, "start", "--no-block", mysql]);
}

async function resize(device: string): Promise<void> {
  await runOrThrow(["/usr/sbin/resize2fs", device], 600);
}

/** Grows the file system to a resized volume while MySQL runs. */
async function grow(): Promise<void> {
  const device = await attachedDevice();
  const size = async () => Number(await runOrThrow(["/usr/sbin/blockdev", "--getsize64", device]));
  for (const end = monotonicMs() + deviceSeconds * 1000; (await size()) < sizeGb * 1e9;) {
    if (monotonicMs() > end) throw new Error(`volume ${volumeId} is smaller than ${sizeGb} GB`);
    await pause(500);
  }
  await resize(device);
}

/** Entry point: `data mount | grow`. */
async function main(): Promise<void> {
  const [command] = process.argv.slice(2);
  if (command === "mount") return mount();
  if (command === "grow") return grow();
  throw new Error(`command must be mount or grow, got ${command}`);
}

main().catch((error: Error) => {
  log(3, error.message);
  process.exitCode = 1;
});

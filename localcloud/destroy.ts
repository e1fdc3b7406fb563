import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { attempt } from "./machines/command";
import { containersOf } from "./machines/containers";
import { cloudNames } from "./machines/names";
import { removeRouter } from "./machines/router";
import { deleteVolumeImage } from "./machines/volumes";

function endProcess(pidFile: string): void {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, "utf8"));
  try {
    if (pid > 1 && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("localcloud")) {
      process.kill(pid, "SIGTERM");
    }
  } catch {
    // It has ended already.
  }
  rmSync(pidFile, { force: true });
}

/** Removes every host, network, volume and process of one local cloud from the machine. */
export async function destroyState(state: string): Promise<void> {
  const names = cloudNames(state);
  endProcess(join(state, "pid"));
  const containers = await containersOf(names.id).catch(() => []);
  if (containers.length > 0) {
    await attempt("docker", ["rm", "--force", "--volumes", ...containers], { timeoutSeconds: 180 });
  }
  const images = join(state, "volumes");
  for (const file of existsSync(images) ? readdirSync(images) : []) {
    await deleteVolumeImage(state, Number.parseInt(file, 10));
  }
  endProcess(join(state, "gateway.pid"));
  await removeRouter(names.router, names.link);
  rmSync(state, { recursive: true, force: true });
}

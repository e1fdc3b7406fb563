import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { attempt } from "./machines/command";
import { containersOf } from "./machines/containers";
import { cloudNames, containerLabel, ownRange, ownRange6, prefix } from "./machines/names";
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

/** Something on this machine that a local cloud made. */
export interface Leftover {
  kind: "process" | "container" | "loop device" | "namespace" | "interface" | "route";
  name: string;
  remove: () => Promise<unknown>;
}

async function lines(file: string, args: string[]): Promise<string[]> {
  return ((await attempt(file, args)) ?? "").split("\n").filter((line) => line.trim() !== "");
}

function processes(): Leftover[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
        const script = words.find((word) =>
          /\/localcloud\/(main|machines\/gateway)\.ts$/.test(word),
        );
        if (!script || (script.endsWith("main.ts") && !words.includes("serve"))) return [];
        const remove = async () => process.kill(Number(pid), "SIGTERM");
        return [{ kind: "process" as const, name: `${pid} ${script}`, remove }];
      } catch {
        return [];
      }
    });
}

async function loopDevices(): Promise<Leftover[]> {
  const devices = await lines("losetup", ["--list", "--noheadings", "--output", "NAME,BACK-FILE"]);
  return devices
    .filter((line) => /\/volumes\/\d+\.img/.test(line))
    .map((line) => {
      const device = line.split(/\s+/)[0]!;
      return {
        kind: "loop device" as const,
        name: line,
        remove: () => attempt("losetup", ["--detach", device]),
      };
    });
}

async function routes(): Promise<Leftover[]> {
  const ranges: readonly string[] = [ownRange, ownRange6];
  const found = [
    ...(await lines("ip", ["route", "show", "type", "blackhole"])),
    ...(await lines("ip", ["-6", "route", "show", "type", "blackhole"])),
  ];
  return found
    .map((line) => line.trim().split(/\s+/))
    .filter(([, range]) => ranges.includes(range ?? ""))
    .map(([, range = ""]) => {
      const family = range.includes(":") ? ["-6"] : [];
      const remove = () => attempt("ip", [...family, "route", "delete", "blackhole", range]);
      return { kind: "route" as const, name: `blackhole ${range}`, remove };
    });
}

/** Everything that any local cloud left on this machine, in the order in which it is removed. */
export async function leftovers(): Promise<Leftover[]> {
  const filter = ["--filter", `label=${containerLabel}`, "--format", "{{.Names}}"];
  const containers = await lines("docker", ["ps", "--all", ...filter]);
  const namespaces = (await lines("ip", ["netns", "list"])).map((line) => line.split(" ")[0]!);
  const links = (await lines("ip", ["-o", "link", "show", "type", "veth"])).map(
    (line) => line.split(":")[1]!.trim().split("@")[0]!,
  );
  return [
    ...processes(),
    ...containers.map((name) => ({
      kind: "container" as const,
      name,
      remove: () => attempt("docker", ["rm", "--force", "--volumes", name]),
    })),
    ...(await loopDevices()),
    ...namespaces
      .filter((name) => name.startsWith(`${prefix}-`))
      .map((name) => ({
        kind: "namespace" as const,
        name,
        remove: () => attempt("ip", ["netns", "delete", name]),
      })),
    ...links
      .filter((name) => name.startsWith(prefix))
      .map((name) => ({
        kind: "interface" as const,
        name,
        remove: () => attempt("ip", ["link", "delete", name]),
      })),
    ...(await routes()),
  ];
}

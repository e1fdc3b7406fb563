import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { uptime } from "node:os";
import { join } from "node:path";
import { attempt, command } from "./command";
import type { MachineSpec } from "./driver";
import { freezeProcesses, realtimeArguments } from "./control-groups";
import { containerLabel, noResolver, worldAddress } from "./names";

const capabilities = [
  "SYS_ADMIN",
  "NET_ADMIN",
  "NET_RAW",
  "SYS_PTRACE",
  "SYS_NICE",
  "IPC_LOCK",
  "SYSLOG",
  "MKNOD",
];

/** Bit of CAP_SYS_RESOURCE in a set of capabilities. Source: linux/capability.h. */
const sysResourceBit = 24n;

/**
 * What lets a host grow a mounted file system. A cloud that is in a container itself may not have
 * it, and cannot give it then.
 */
function growingCapability(): string[] {
  const [, set] = /^CapBnd:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return set && (BigInt(`0x${set}`) >> sysResourceBit) & 1n ? ["SYS_RESOURCE"] : [];
}

/**
 * What a host does before systemd: its own cgroup v2 tree, writable network settings, and, as a
 * real server's network card is there at power-on, a short wait for its first interface. The public
 * one is plugged first, so it is the private one only where there is no other. The engine lays its
 * file of resolvers over the host's and writes it anew at each start: the host gets it once, as its own.
 */
const entryPoint = [
  "umount -R /sys/fs/cgroup 2>/dev/null",
  "mount -t cgroup2 none /sys/fs/cgroup",
  "mkdir -p /mnt/p && mount -t proc proc /mnt/p && mount --bind /mnt/p/sys/net /proc/sys/net",
  "n=0; until ls /sys/class/net | grep -Eq '^(eth0|enp[0-9]+s0)$' || [ $n -ge 100 ]; do sleep 0.05; n=$((n+1)); done",
  "cp /etc/resolv.conf /run/resolvers && umount /etc/resolv.conf",
  "[ -e /etc/.own-resolvers ] || { rm -f /etc/resolv.conf; cp /run/resolvers /etc/resolv.conf; touch /etc/.own-resolvers; }",
  "exec /sbin/init",
].join("; ");

/** Makes the container of a machine; it does not run yet. */
export async function createContainer(
  name: string,
  cloudId: string,
  image: string,
  spec: MachineSpec,
  seed: Record<string, string>,
  seedFolder: string,
): Promise<void> {
  mkdirSync(seedFolder, { recursive: true, mode: 0o700 });
  for (const [file, text] of Object.entries(seed)) {
    writeFileSync(join(seedFolder, file), text, { mode: 0o600 });
  }
  await command("docker", [
    ...[
      "create",
      "--name",
      name,
      "--hostname",
      spec.name,
      "--label",
      `${containerLabel}=${cloudId}`,
    ],
    ...[
      "--label",
      `${containerLabel}.server=${spec.id}`,
      "--network",
      "none",
      "--cgroupns=private",
    ],
    ...[...capabilities, ...growingCapability()].flatMap((capability) => ["--cap-add", capability]),
    ...["--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined"],
    ...[
      "--tmpfs",
      "/run",
      "--tmpfs",
      "/run/lock",
      "--tmpfs",
      "/tmp",
      "--stop-signal",
      "SIGRTMIN+3",
    ],
    // The private side's DHCP names no resolver: https://github.com/hetzneronline/community-content/issues/1261
    ...["--dns", spec.publicNic ? worldAddress : noResolver, "--dns-search", "."],
    // The kernel's default; Docker's is 0, with which every user may listen on port 80.
    ...["--sysctl", "net.ipv4.ip_unprivileged_port_start=1024"],
    ...["--device-cgroup-rule", "b 7:* rwm", "--memory", `${Math.max(spec.memoryGb, 1)}g`],
    ...["--volume", `${seedFolder}:/var/lib/cloud/seed/nocloud:ro`],
    ...realtimeArguments(),
    ...["--entrypoint", "/bin/sh", image, "-c", entryPoint],
  ]);
}

/** Process id of a running container, or undefined. */
export async function containerPid(name: string): Promise<number | undefined> {
  const answer = await attempt("docker", ["inspect", "--format", "{{.State.Pid}}", name]);
  const pid = Number(answer?.trim());
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

/** What the engine finds as exit status of a container that was cut off together with the engine. */
const cutOffStatus = "255";

/** True if the container is stopped because the machine under it, or its engine, went down. */
export async function endedWithMachine(name: string): Promise<boolean> {
  const format = "{{.State.Status}} {{.State.ExitCode}} {{.State.FinishedAt}}";
  const answer = await attempt("docker", ["inspect", "--format", format, name]);
  const [status, exitStatus, finished = ""] = answer?.trim().split(" ") ?? [];
  if (status !== "exited") return false;
  return exitStatus === cutOffStatus || Date.parse(finished) < Date.now() - uptime() * 1000;
}

/** The last lines that a container printed. */
export async function lastOutput(name: string): Promise<string> {
  return (await attempt("docker", ["logs", "--tail", "20", name])) ?? "";
}

/** True if the container exists, running or not. */
export async function containerExists(name: string): Promise<boolean> {
  return (await attempt("docker", ["inspect", "--format", "{{.Id}}", name])) !== undefined;
}

/**
 * Pulls the plug of a container, if it runs: all that is in it stops, then it loses its network, then
 * it ends. A host without power says nothing to anybody, but the kernel would close its connections.
 */
export async function killContainer(name: string): Promise<void> {
  const pid = await containerPid(name);
  if (pid === undefined) return;
  const thaw = await freezeProcesses(pid).catch(() => undefined);
  const linksDown = ["ip", "link", "set", "group", "default", "down"];
  await attempt("nsenter", ["--target", String(pid), "--net", ...linksDown]);
  try {
    // A frozen process ends when it is thawed, before it does anything else; the others end with the first.
    process.kill(pid, "SIGKILL");
    thaw?.();
  } catch {
    // It has ended meanwhile, and its control group with it.
  }
  await attempt("docker", ["kill", name]);
}

/** Removes a container, which loses its power first, and what it wrote. */
export async function removeContainer(name: string): Promise<void> {
  await killContainer(name);
  await attempt("docker", ["rm", "--force", "--volumes", name]);
}

/** Names of the containers of a local cloud, running or not. */
export async function containersOf(cloudId: string): Promise<string[]> {
  const filter = `label=${containerLabel}=${cloudId}`;
  const names = await command("docker", [
    ...["ps", "--all", "--filter", filter, "--format", "{{.Names}}"],
  ]);
  return names.split("\n").filter((name) => name !== "");
}

/** A state directory that was deleted by hand leaves hosts, whose ids are given again. */
export async function removeOrphans(cloudId: string, known: readonly string[]): Promise<void> {
  const found = await containersOf(cloudId);
  await Promise.all(found.filter((name) => !known.includes(name)).map(removeContainer));
}

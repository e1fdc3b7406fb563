import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** A program that the local cloud needs, and the Debian/Ubuntu package that brings it. */
export interface Prerequisite {
  command: string;
  /**
   * File whose existence shows that the package is installed, if the package has no program. @default the command
   * itself, on the search path
   */
  file?: string;
  debianPackage: string;
}

/** Programs that build and run the host image, as a restore does. */
export const imagePrerequisites: readonly Prerequisite[] = [
  { command: "dockerd", debianPackage: "docker.io" },
  { command: "docker", debianPackage: "docker.io" },
  { command: "mmdebstrap", debianPackage: "mmdebstrap" },
  {
    command: "Debian's keys",
    // Part of a minimal Debian, not of a minimal Ubuntu.
    file: "/usr/share/keyrings/debian-archive-keyring.gpg",
    debianPackage: "debian-archive-keyring",
  },
];

/** Programs that the local cloud needs, without the compiler for an engine that has to be built. */
export const localCloudPrerequisites: readonly Prerequisite[] = [
  ...imagePrerequisites,
  { command: "iptables", debianPackage: "iptables" },
  { command: "ip", debianPackage: "iproute2" },
  { command: "nft", debianPackage: "nftables" },
  { command: "ssh", debianPackage: "openssh-client" },
];

/** The compiler that builds the engine where it cannot be downloaded. */
export const goPrerequisite: Prerequisite = { command: "go", debianPackage: "golang-go" };

/** True if `command` is an executable on the search path or in the system's own folders. */
export function isInstalled(command: string): boolean {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** The missing ones among `wanted`; a running Docker Engine makes `dockerd` unnecessary. */
export function missingPrerequisites(
  wanted: readonly Prerequisite[],
  installed: (command: string) => boolean = isInstalled,
  dockerRuns = existsSync("/var/run/docker.sock"),
): Prerequisite[] {
  return wanted.filter(
    ({ command, file }) =>
      !(file === undefined ? installed(command) : existsSync(file)) &&
      !(command === "dockerd" && dockerRuns),
  );
}

/**
 * Installs missing programs, and prints that first.
 *
 * @throws Error with the list and the command to type, when this process may not install packages.
 */
export function ensurePrerequisites(
  wanted: readonly Prerequisite[],
  say: (line: string) => void,
): void {
  const missing = missingPrerequisites(wanted);
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(({ debianPackage }) => debianPackage))];
  installPackages(packages, missing.map(({ command }) => command).join(", "), say);
}

/**
 * Installs distribution packages, and first prints their names and the purpose.
 *
 * @throws Error with the command to type, when this process may not install packages.
 */
export function installPackages(
  packages: readonly string[],
  purpose: string,
  say: (line: string) => void,
): void {
  if (process.getuid?.() !== 0 || !isInstalled("apt-get")) {
    throw new Error(
      `missing programs: ${purpose}; install them first, on Debian or Ubuntu with: sudo apt-get install ${packages.join(" ")}`,
    );
  }
  say(`installing distribution packages for ${purpose}: ${packages.join(" ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const options = { env, stdio: ["ignore", "ignore", "inherit"] as const, timeout: 600_000 };
  execFileSync("apt-get", ["update", "-qq"], { ...options, stdio: [...options.stdio] });
  execFileSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], {
    ...options,
    stdio: [...options.stdio],
  });
}

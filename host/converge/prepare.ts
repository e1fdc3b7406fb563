import { mkdirSync } from "node:fs";
import type { Bundle } from "./bundle";
import { idOf, setAttributes } from "./files";
import { must, pause, run, say } from "./run";

/** Tries of the package manager; another program may hold its lock, or a mirror may stumble. */
const packageTries = 5;

async function missingPackages(packages: readonly string[]): Promise<string[]> {
  const format = "-f=${Package} ${db:Status-Status}\\n";
  const { stdout } = await run(["/usr/bin/dpkg-query", "-W", format, ...packages]);
  const installed = new Set(
    stdout
      .split("\n")
      .filter((line) => line.endsWith(" installed"))
      .map((line) => line.split(" ")[0]),
  );
  return packages.filter((name) => !installed.has(name));
}

async function installPackages(packages: readonly string[]): Promise<void> {
  const missing = await missingPackages(packages);
  if (missing.length === 0) return;
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  for (let tries = 1; ; tries++) {
    try {
      say("install", missing.join(" "));
      await must(["/usr/bin/apt-get", "update", "-qq"], 300, env);
      const options = ["-y", "-qq", "-o", "DPkg::Lock::Timeout=300", "--no-install-recommends"];
      await must(["/usr/bin/apt-get", "install", ...options, ...missing], 1_200, env);
      return;
    } catch (error) {
      if (tries >= packageTries) throw error;
      say("again", (error as Error).message);
      await pause(tries * 5_000);
    }
  }
}

async function addUsers(users: Bundle["users"]): Promise<void> {
  for (const { name, home } of users) {
    try {
      idOf("/etc/passwd", name);
    } catch {
      const shape = [
        "--system",
        "--user-group",
        "--no-create-home",
        "--shell",
        "/usr/sbin/nologin",
      ];
      await must(["/usr/sbin/useradd", ...shape, "--home-dir", home, name]);
    }
  }
}

/** Packages, users and directories: what files and services stand on. Nothing of it is taken back. */
export async function prepare(bundle: Bundle): Promise<void> {
  await installPackages(bundle.packages);
  await addUsers(bundle.users);
  for (const [path, attributes] of Object.entries(bundle.directories)) {
    mkdirSync(path, { recursive: true });
    setAttributes(path, attributes);
  }
}

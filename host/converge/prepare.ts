import { mkdirSync } from "node:fs";
import type { Bundle } from "./bundle";
import { idOf, setAttributes } from "./files";
import { installPackages } from "./packages";
import { must } from "./run";

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

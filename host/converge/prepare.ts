import { mkdirSync } from "node:fs";
import type { Bundle } from "./bundle";
import { idOf, setAttributes } from "./files";
import { installPackages } from "./packages";
import { runOrThrow } from "./run";

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
      await runOrThrow(["/usr/sbin/useradd", ...shape, "--home-dir", home, name]);
    }
  }
}

/** Installs packages, adds users and creates directories. A rollback undoes none of that. */
export async function prepare(bundle: Bundle): Promise<void> {
  await installPackages(bundle.packages);
  await addUsers(bundle.users);
  for (const [path, attributes] of Object.entries(bundle.directories)) {
    mkdirSync(path, { recursive: true });
    setAttributes(path, attributes);
  }
}

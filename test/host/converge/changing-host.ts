import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { apply } from "../../../host/converge/apply";
import type { Bundle, BundleService, Wanted } from "../../../host/converge/bundle";
import { stateDirectory, unitDirectory } from "../../../host/converge/directories";
import { powerOn } from "./fake-power";
import { systemd, systemdWith } from "./fake-systemd";
import { ownFile } from "./own-file";

/** A service that is asked for its health by a command of its name. */
export function service(unit: string, different: Partial<BundleService> = {}): BundleService {
  const health = { command: ["/check", unit], timeoutSeconds: 0 };
  return { unit, reloadFiles: [], restartFiles: [], needs: [], health, ...different };
}

/** A proxy that reloads for one file and restarts for another. */
export function proxy(different: Partial<BundleService> = {}): BundleService {
  return service("proxy.service", {
    ...{ reloadFiles: ["/a.cfg"], restartFiles: ["/a.unit"], ...different },
  });
}

/** A bundle of nothing but what a test is about. */
export function bundle(different: Partial<Bundle> = {}): Bundle {
  const nothing = { packages: [], users: [], directories: {}, checks: [], services: [] };
  return { node: "web-1", role: "web", files: {}, secretFiles: {}, ...nothing, ...different };
}

/** A host, and two states of it that differ in every way in which states can. */
export interface ChangingHost {
  root: string;
  first: Wanted;
  second: Wanted;
}

/** Brings a host to the first of two states; nothing is known of the commands for it. */
export async function changingHost(): Promise<ChangingHost> {
  powerOn();
  systemdWith();
  for (const folder of [stateDirectory, unitDirectory]) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
  }
  const root = mkdtempSync(join(tmpdir(), "changing-host-"));
  for (const digest of ["old", "new"]) {
    mkdirSync(join(root, "app/releases", digest), { recursive: true });
  }
  const first = state(root, "first", ["kept.service", "old.service"], "old");
  const second = state(root, "second", ["kept.service", "new.service"], "new");
  const outcome = await apply(first);
  if (!outcome.ok) throw new Error(outcome.error);
  Object.assign(systemd, { commands: [], messages: [] });
  // As a person leaves it who wants the file elsewhere.
  rmSync(join(root, "etc/moved.conf"));
  writeFileSync(join(root, "etc/elsewhere.conf"), "by hand\n");
  symlinkSync("elsewhere.conf", join(root, "etc/moved.conf"));
  return { root, first, second };
}

function state(root: string, name: "first" | "second", units: string[], release: string): Wanted {
  const etc = join(root, "etc");
  const file = (different = {}) => ownFile({ content: `${name}\n`, ...different });
  const [kept, own] = units as [string, string];
  const { owner, group } = ownFile();
  const only = join(etc, name === "first" ? "gone.conf" : "made.d/made.conf");
  const wanted = bundle({
    files: {
      [join(etc, "main.conf")]: file(),
      [join(etc, "moved.conf")]: file(),
      [join(etc, "mode.conf")]: file({ content: "", mode: name === "first" ? "0640" : "0600" }),
      [only]: file(),
      [join(unitDirectory, own)]: file(),
    },
    secretFiles: { [join(etc, "main.key")]: { owner, group, mode: "0600" } },
    services: [
      service(kept, { restartFiles: [join(etc, "main.conf"), join(etc, "main.key")] }),
      service(own, { restartFiles: [join(unitDirectory, own)] }),
    ],
    release: { digest: release, root: join(root, "app"), keep: 2 },
  });
  return { bundle: wanted, secrets: { [join(etc, "main.key")]: `secret of ${name}\n` } };
}

/** What is on the host: each file with mode and content, each link with its target, units that are on. */
export function pictureOf({ root }: ChangingHost): string[] {
  const files = [root, stateDirectory, unitDirectory].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
  );
  const lines = files.flatMap((path) => {
    const found = lstatSync(path);
    // Directories stay that were made on the way.
    if (found.isDirectory()) return [];
    const what = found.isSymbolicLink()
      ? `-> ${readlinkSync(path)}`
      : `${(found.mode & 0o7777).toString(8)} ${readFileSync(path, "utf8")}`;
    return [`${relative(tmpdir(), path)} ${what}`];
  });
  const on = [...systemd.units].filter(([, { file }]) => file === "enabled");
  return [...lines, ...on.map(([name]) => `${name} is enabled`)].sort();
}

/** Starts the machine again: no unit is up yet. */
export function reboot(): void {
  powerOn();
  for (const unit of systemd.units.values()) unit.active = "inactive";
  systemd.commands = [];
}

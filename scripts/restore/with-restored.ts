import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ObjectStore } from "../../host/archiver/store/object-store";
import { ensureDocker, ensureImage } from "../build-image";
import { repositoryRoot } from "../local/paths";
import type { Backups } from "./bucket";
import { deskStore } from "./desk-store";
import { DockerMachine } from "./docker-machine";
import type { Plan } from "./plan";
import { type Archive, readArchive, timelines } from "./read-chain";
import { fetchBase, fetchLogs, prepare, type Restored } from "./replay";
import { checkSeries, restoredLines } from "./report";
import { RestoredServer } from "./restored-server";
import type { Target } from "./target";

/** Folder of a restore in its container. */
const there = "/restore";

/** An archive with its bucket. */
export interface Opened {
  backups: Backups;
  store: ObjectStore;
  archive: Archive;
}

/**
 * Reads the archive of a stack.
 *
 * @param history id of the history. @default the one that began last
 * @throws Error if the history does not exist.
 */
export async function openArchive(backups: Backups, history?: string): Promise<Opened> {
  const store = deskStore(backups.target);
  const found = await timelines(store, backups.root);
  const timeline = history ?? found.at(-1);
  if (!timeline || !found.includes(timeline)) {
    throw new Error(`--history must be one of ${found.join(", ") || "none: the bucket is empty"}`);
  }
  return { backups, store, archive: await readArchive(store, backups.root, timeline) };
}

/** @throws Error if the file with the age identity is missing. */
export function checkIdentity({ identity }: Backups): void {
  if (existsSync(identity)) return;
  throw new Error(`${identity} is not there; name the file of the identity with --identity`);
}

/** A running restored database. */
export interface InContainer {
  server: RestoredServer;
  restored: Restored;
  /** Duration of the restore, milliseconds. */
  ms: number;
  /** Id of the container, and the folder of this machine with the data. */
  container: string;
  folder: string;
}

/** Arguments of {@link withRestored}. */
export interface Wanted extends Omit<Opened, "archive"> {
  plan: Plan;
  target: Target;
  say: (line: string) => void;
}

/**
 * Restores into a container of the host image without a network, and passes it to `use`. The container and its
 * data are removed, unless `use` returns `keep`.
 *
 * @throws Error if a part differs from the archived one, or if MySQL ends with another GTID set.
 */
export async function withRestored(
  { backups, store, plan, target, say }: Wanted,
  use: (running: InContainer) => Promise<"keep" | "remove">,
): Promise<void> {
  const startMs = Date.now();
  const folder = join(repositoryRoot, ".webstack", "restores", String(startMs));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  await ensureDocker({ progress: say });
  const image = await ensureImage({ progress: say });
  const file = { here: resolve(backups.identity), there: "/identity" };
  const machine = DockerMachine.start(image, { here: folder, there }, file);
  let isKept = false;
  const remove = () => {
    machine.remove(there);
    rmSync(folder, { recursive: true, force: true });
  };
  // A run ended by a signal must remove its data: otherwise the next night's run finds a full disk.
  const end = () => {
    remove();
    process.exit(1);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, end);
  try {
    prepare(folder);
    checkSeries(plan.base.mysql, await machine.run(["/usr/sbin/mysqld", "--version"]));
    const places = { here: folder, there, identity: "/identity" };
    const restore = { store, root: backups.root, machine, ...places, say };
    await fetchBase(restore, plan);
    say(`fetched     base after ${((Date.now() - startMs) / 1_000).toFixed(1)} s`);
    const restored = await fetchLogs(restore, plan, target);
    const server = new RestoredServer(machine, there);
    await server.start();
    if (restored.transactions > 0) await server.replay(restored.gtids);
    const ms = Date.now() - startMs;
    for (const line of restoredLines(restored, ms)) say(line);
    isKept = (await use({ server, restored, ms, container: machine.id, folder })) === "keep";
  } finally {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.off(signal, end);
    if (!isKept) remove();
  }
}

import { existsSync, readFileSync, statfsSync } from "node:fs";
import { identityFileProblem } from "../../config/age-keys";
import type { Dump } from "../../host/archiver/chain/manifest";
import type { ObjectStore } from "../../host/archiver/store/object-store";
import type { Backups } from "./bucket";
import { chooseHistory, type ChosenHistory } from "./choose-history";
import { readingStore } from "./operator-store";
import { inContainer, containerFolder } from "./docker-machine";
import { loadDump, loadedLines } from "./dumps";
import type { Plan } from "./plan";
import { type Archive, readArchive } from "./read-chain";
import { fetchBase, fetchLogs, type Restore, type Restored } from "./replay";
import { checkSeries, gb, logBytes, restoredLines } from "./report";
import { RestoredServer } from "./restored-server";
import type { Target } from "./target";

/** An archive with its bucket. */
export interface Opened {
  backups: Backups;
  store: ObjectStore;
  archive: Archive;
  /** Time that the archive took to read, milliseconds. */
  readMs: number;
}

/** Reads the whole archive of the last history that has a base. @throws Error if there is none. */
export async function openArchive(backups: Backups): Promise<Opened> {
  const { store, timeline } = await openHistory(backups);
  const startMs = Date.now();
  const archive = await readArchive(store, backups.root, timeline);
  return { backups, store, archive, readMs: Date.now() - startMs };
}

/**
 * Opens the bucket of a stack at a history.
 *
 * @param history id of the history. @default the last one that has a base
 * @throws Error if the history does not exist.
 */
export async function openHistory(
  backups: Backups,
  history?: string,
): Promise<ChosenHistory & { store: ObjectStore }> {
  const store = readingStore(backups.target, backups.oldestVersions);
  const say = (line: string) => console.log(line);
  return { store, ...(await chooseHistory(store, backups.root, history, say)) };
}

/** @throws Error if the file with the age identity is missing, or holds no whole identity; without any of its text. */
export function checkIdentity({ identity }: Pick<Backups, "identity">): void {
  if (!existsSync(identity)) {
    throw new Error(`${identity} is not there; name the file of the identity with --identity`);
  }
  const problem = identityFileProblem(readFileSync(identity, "utf8"));
  if (problem === undefined) return;
  const fix =
    "copy the file that npm run backups:keys wrote again, or name another one with --identity";
  throw new Error(`${identity} ${problem}; ${fix}`);
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
export interface Wanted extends Pick<Opened, "backups" | "store"> {
  plan: Plan;
  target: Target;
  say: (line: string) => void;
}

/**
 * Restores into a container of the host image without a network, and passes it to `use`. The container and its data are
 * removed, unless `use` returns `keep`.
 *
 * @param look checks the base before the log is replayed. @default no check
 * @throws Error if a part differs from the archived one, or if MySQL ends with another GTID set.
 */
export async function withRestored(
  { backups, store, plan, target, say }: Wanted,
  use: (running: InContainer) => Promise<"keep" | "remove">,
  look: (base: RestoredServer) => Promise<void> = async () => undefined,
): Promise<void> {
  await inContainer(backups.identity, say, async ({ machine, folder, startMs }) => {
    checkOperatorSpace(folder, plan);
    checkSeries(plan.base.mysql, await machine.run(["/usr/sbin/mysqld", "--version"]));
    const restore = restoreAt(folder, { machine, store, root: backups.root, say });
    await fetchBase(restore, plan);
    say(`fetched     base after ${((Date.now() - startMs) / 1_000).toFixed(1)} s`);
    const restored = await fetchLogs(restore, plan, target);
    const server = new RestoredServer(machine, containerFolder);
    await server.start();
    await look(server);
    if (restored.transactions > 0) await server.replay(restored.gtids, say);
    const ms = Date.now() - startMs;
    for (const line of restoredLines(restored, ms)) say(line);
    return use({ server, restored, ms, container: machine.id, folder });
  });
}

/** Arguments of {@link withDump}. */
export interface WantedDump extends Pick<Wanted, "backups" | "store" | "say"> {
  dump: Dump;
}

/**
 * Restores a dump as {@link withRestored} does a base, into the MySQL of the host image, of any version.
 *
 * @throws Error if a part differs from the archived one, or if that MySQL refuses a statement of the schemas.
 */
export async function withDump(
  { backups, store, dump, say }: WantedDump,
  use: (running: Omit<InContainer, "restored">) => Promise<"keep" | "remove">,
): Promise<void> {
  await inContainer(backups.identity, say, async ({ machine, folder, startMs }) => {
    const restore = restoreAt(folder, { machine, store, root: backups.root, say });
    const loaded = await loadDump(restore, dump);
    const ms = Date.now() - startMs;
    for (const line of loadedLines(loaded, ms)) say(line);
    return use({ server: loaded.server, ms, container: machine.id, folder });
  });
}

function restoreAt(
  here: string,
  more: Pick<Restore, "machine" | "store" | "root" | "say">,
): Restore {
  return { ...more, here, there: containerFolder, identity: "/identity" };
}

/** Free space that a restore needs besides data and log, bytes: MySQL's own logs, and a batch of segments. */
const spareBytes = 1e9;

/**
 * Checks before anything is fetched that the disk of a restore has room for the data and the log: unpacking for hours
 * would end with a full disk.
 *
 * @param statfs free space of a folder; replaced in tests.
 * @throws Error that names what is needed and what is free.
 */
export function checkOperatorSpace(
  folder: string,
  { base, links }: Pick<Plan, "base" | "links">,
  statfs: (path: string) => { bavail: number; bsize: number } = statfsSync,
): void {
  const log = logBytes(links);
  const needed = base.plainBytes + log + spareBytes;
  const { bavail, bsize } = statfs(folder);
  if (bavail * bsize >= needed) return;
  throw new Error(
    `a restore needs ${gb(needed)} free on the disk of ${folder} (${gb(base.plainBytes)} of data, ${gb(log)} of log, and ${gb(spareBytes)}), ` +
      `got ${gb(bavail * bsize)}; free space there, or restore on a machine with a larger disk`,
  );
}

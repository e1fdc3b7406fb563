import {
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  existsSync,
  rmSync,
  readFileSync,
} from "node:fs";
import { basename } from "node:path";
import type { BundleRelease } from "./bundle";
import { currentRelease, unpackRelease } from "./release";
import { reportStep } from "./run";
import { recover } from "./undo";
import { removeDurably, replaceAtomically } from "./durable";
import { readJournal, recentReleases } from "./journal";

/**
 * Unpacks a release that has arrived, and links it as `next`, so that Nginx finds its assets before the host switches to
 * it. No service is touched. An earlier staged release is replaced. Call with the lock, as for a run of `apply`.
 *
 * @throws Error if the release is not on the host, or cannot be unpacked; an earlier staged release stays.
 */
export async function stage(release: BundleRelease): Promise<void> {
  // A release that an unfinished swap needs must not be removed.
  await recover(false);
  const { root, digest } = release;
  // On the way back from a release that this host refused, app nodes still run the refused one, which stays staged.
  if (currentRelease(root) === digest) return;
  if (!(await unpackRelease(release))) {
    throw new Error(`the release ${digest} is not on the host; run \`up\` again, which sends it`);
  }
  linkStaged(root, digest);
  reportStep("stage", digest);
  prune(release);
}

const digestForm = /^[0-9a-f]{64}$/;

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}

/** Points a link beside `current` at a release atomically; removes the link if there is none. */
function point(link: string, digest: string | undefined): void {
  const wanted = digest === undefined ? undefined : `releases/${digest}`;
  if (targetOf(link) === wanted) return;
  if (wanted === undefined) removeDurably(link);
  else replaceAtomically(link, (draft) => symlinkSync(wanted, draft));
}

/** Digest of the staged release, which has arrived and does not run yet; undefined if there is none. */
export function stagedRelease(root: string): string | undefined {
  const target = targetOf(`${root}/next`);
  return target === undefined ? undefined : basename(target);
}

/**
 * Points the link `next` beside `current` at a release that is about to run on the stack. Nginx serves its assets to
 * pages of nodes that run it already.
 *
 * @param digest the staged release; undefined removes the link.
 */
export function linkStaged(root: string, digest: string | undefined): void {
  point(`${root}/next`, digest);
}

/**
 * Points the links `previous-1`, `previous-2` … beside `current` at the other releases on the host: first
 * the running one, then the newest, without the staged one. Nginx serves their files to pages that were loaded before a
 * deploy. There are at most `keep - 1` links; links without a release are removed.
 *
 * @param next release that is about to run, and needs no link. @default the running release
 */
export function linkRetained({ root, keep }: BundleRelease, next = currentRelease(root)): void {
  const running = currentRelease(root);
  const staged = stagedRelease(root);
  const others = readdirSync(`${root}/releases`)
    .filter((name) => digestForm.test(name) && name !== next && name !== staged)
    .map((name) => ({ name, time: statSync(`${root}/releases/${name}`).mtimeMs }))
    .sort((a, b) => Number(b.name === running) - Number(a.name === running) || b.time - a.time)
    .slice(0, keep - 1);
  for (let n = 1; n < keep; n++) {
    point(`${root}/previous-${n}`, others[n - 1]?.name);
  }
}

/**
 * Removes old releases, and the links and runtimes that only they needed. Runs after the end of a swap, which may need
 * the previous release; a failure is only logged.
 */
export function prune(release: BundleRelease): void {
  try {
    pruneReleases(release);
    linkRetained(release);
    pruneRuntimes(release);
  } catch (error) {
    reportStep("left behind", (error as Error).message);
  }
}

/**
 * Removes the link to the staged release, which runs now or was given up, and what is old after that. A host without a
 * switch and without a staged release is left alone.
 */
export function endStaging(release: BundleRelease, isSwitched: boolean): void {
  if (!isSwitched && stagedRelease(release.root) === undefined) return;
  try {
    linkStaged(release.root, undefined);
  } catch (error) {
    reportStep("left behind", (error as Error).message);
  }
  prune(release);
}

/**
 * Removes all but `keep` releases, never the running one. The staged release is kept and not counted, as are releases
 * that a process still uses, such as a job of days. Releases that ran most recently are kept first, then the newest of
 * those that never ran successfully.
 */
export function pruneReleases({ root, keep }: BundleRelease): void {
  const folder = `${root}/releases`;
  const needed = [currentRelease(root), stagedRelease(root)];
  const used = namesInUse(folder);
  const lately = recentReleases();
  const rank = (name: string) => (lately.includes(name) ? lately.indexOf(name) : lately.length);
  readdirSync(folder)
    .filter((name) => !needed.includes(name))
    .map((name) => ({ name, time: statSync(`${folder}/${name}`).mtimeMs }))
    .sort((a, b) => rank(a.name) - rank(b.name) || b.time - a.time)
    .slice(keep - 1)
    .filter(({ name }) => !used.has(name))
    .forEach(({ name }) => rmSync(`${folder}/${name}`, { recursive: true, force: true }));
}

/** Removes runtimes, except that of the release, those of kept releases and of processes, and the newest other one. */
export function pruneRuntimes({ root: app, runtime }: BundleRelease): void {
  if (!runtime || !existsSync(runtime.root)) return;
  const needed = new Set([runtime.digest, ...namesInUse(runtime.root)]);
  for (const { digest, runtime: own } of readJournal()) {
    if (own !== undefined && existsSync(`${app}/releases/${digest}`)) needed.add(own);
  }
  readdirSync(runtime.root)
    .filter((name) => !needed.has(name))
    .map((name) => ({ name, time: statSync(`${runtime.root}/${name}`).mtimeMs }))
    // Remains of an interrupted transfer are removed first.
    .sort(
      (a, b) => Number(a.name.startsWith(".")) - Number(b.name.startsWith(".")) || b.time - a.time,
    )
    .slice(1)
    .forEach(({ name }) => rmSync(`${runtime.root}/${name}`, { recursive: true, force: true }));
}

/**
 * Names of the directories below `folder` that running processes use: those of their working directories, and those
 * that their search paths name, which `start-in-release.sh` pins. A process that ends while it is read uses none.
 *
 * @param folder such as `/srv/app/releases` or `/srv/runtime`.
 * @param proc the kernel's list of processes.
 */
function namesInUse(folder: string, proc = "/proc"): Set<string> {
  const found = new Set<string>();
  for (const pid of readdirSync(proc).filter((name) => /^\d+$/.test(name))) {
    const variables = textOf(() => readFileSync(`${proc}/${pid}/environ`, "utf8")).split("\0");
    const paths = variables.flatMap((one) => /^(?:PATH|PYTHONPATH)=(.*)$/s.exec(one)?.[1] ?? []);
    const places = paths.flatMap((path) => path.split(":"));
    for (const place of [textOf(() => readlinkSync(`${proc}/${pid}/cwd`)), ...places]) {
      if (place.startsWith(`${folder}/`)) found.add(place.slice(folder.length + 1).split("/")[0]!);
    }
  }
  return found;
}

function textOf(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}

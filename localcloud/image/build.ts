import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { attempt, command } from "../machines/command";
import { chosenDistribution, type Distribution, distributions, sourcesOf } from "./definition";

const repository = "webstack-host";

/** A mirror that is busy, or takes in new packages, may fail for a while: builds until one is given up, and what lies between. */
const mostBuilds = 3;
const pauseSeconds = 15;
/** Options for a mirror that may be frozen or fail for a moment. */
const retries = ['--aptopt=Acquire::Check-Valid-Until "false"', '--aptopt=Acquire::Retries "5"'];

/** Tag of the image of the chosen distribution: a digest of all that goes into it. */
export function imageTag(): string {
  const { suite, packages, customize } = distributions[chosenDistribution()];
  const definition = JSON.stringify([suite, packages, customize]);
  return `${repository}:${createHash("sha256").update(definition).digest("hex").slice(0, 12)}`;
}

/** Keys of Ubuntu's archive where Ubuntu's own machines, and its package `ubuntu-keyring`, have them. */
const ubuntuKeys = "usr/share/keyrings/ubuntu-archive-keyring.gpg";

/**
 * The option that names the keys of a distribution that this machine may not know. Debian's archive has a package with
 * those of Ubuntu's, which is checked by Debian's keys.
 *
 * @param folder where the package is unpacked.
 */
async function keyOption(folder: string): Promise<string[]> {
  const name = chosenDistribution();
  if (name === "debian" || existsSync(`/${ubuntuKeys}`)) return [];
  const keys = join(folder, "keys");
  const option = [`--keyring=${join(keys, ubuntuKeys)}`];
  if (existsSync(join(keys, ubuntuKeys))) return option;
  rmSync(keys, { recursive: true, force: true });
  // The package manager reads the keys as a user of its own.
  chmodSync(folder, 0o755);
  const wanted = ["--variant=extract", ...retries, "--include=ubuntu-keyring"];
  const from = [distributions.debian.suite, keys, ...sourcesOf("debian")];
  await command("mmdebstrap", [...wanted, ...from], { timeoutSeconds: 300 });
  return option;
}

/**
 * Makes the archive of the image's files.
 *
 * @param report takes a line for each build that failed and is begun again.
 * @throws Error with what the package manager said last.
 */
async function buildArchive(folder: string, report: (line: string) => void): Promise<string> {
  const name = chosenDistribution();
  const { suite, components, packages, customize }: Distribution = distributions[name];
  const archive = join(folder, "image.tar");
  const options = [
    ...["--variant=apt", ...retries],
    ...(components.length === 0 ? [] : [`--components=${components.join(",")}`]),
    `--include=${packages.join(",")}`,
    ...customize.map((line) => `--customize-hook=${line}`),
  ];
  for (let build = 1; ; build += 1) {
    try {
      const keys = await keyOption(folder);
      const all = [...options, ...keys, suite, archive, ...sourcesOf(name)];
      await command("mmdebstrap", all, { timeoutSeconds: 900 });
      return archive;
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
  try {
    progress(`host image: building ${tag} (about a minute, once)`);
    const archive = await buildArchive(folder, (line) => progress(`host image: ${line}`));
    progress("host image: importing");
    await command("docker", ["import", archive, tag], { timeoutSeconds: 300 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return tag;
}

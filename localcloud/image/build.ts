import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attempt, command } from "../machines/command";
import { customize, packages } from "./definition";

/** The suite that has MySQL; Debian's stable ones do not. */
const suite = "unstable";
const repository = "webstack-host";

/**
 * The mirror of this machine's own package manager: the first `URIs:` line, or `deb` line, of its
 * sources that is not a comment.
 *
 * @throws Error if it has none.
 */
export function debianMirror(folder = "/etc/apt"): string {
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
  throw new Error(`${folder} names no Debian mirror; set WEBSTACK_DEBIAN_MIRROR to the URL of one`);
}

/** Tag of the image: a digest of all that goes into it. */
export function imageTag(): string {
  const definition = JSON.stringify([suite, packages, customize]);
  return `${repository}:${createHash("sha256").update(definition).digest("hex").slice(0, 12)}`;
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
    const mirror = process.env.WEBSTACK_DEBIAN_MIRROR ?? debianMirror();
    await command(
      "mmdebstrap",
      [
        ...["--variant=apt", "--quiet", '--aptopt=Acquire::Check-Valid-Until "false"'],
        `--include=${packages.join(",")}`,
        ...customize.map((line) => `--customize-hook=${line}`),
        ...[suite, archive, mirror],
      ],
      { timeoutSeconds: 900 },
    );
    progress("host image: importing");
    await command("docker", ["import", archive, tag], { timeoutSeconds: 300 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return tag;
}

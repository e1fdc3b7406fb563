import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";

/** What a release says of itself in `.webstack-release.json`, as far as it is shown to visitors. */
interface Facts {
  version?: unknown;
  commit?: unknown;
  dirty?: unknown;
}

/** Characters of a commit or a digest that tell it from others. */
const shortLength = 12;

/** What the header says: version and commit, or digits of the digest if the release says neither. */
function labelOf({ version, commit, dirty }: Facts, digest: string): string {
  const isVersion = typeof version === "string" && /^[\w.+-]{1,64}$/.test(version);
  const isCommit = typeof commit === "string" && /^[0-9a-f]{40,64}$/.test(commit);
  const parts = [
    ...(isVersion ? [version] : []),
    ...(isCommit ? [`${commit.slice(0, shortLength)}${dirty === true ? "-dirty" : ""}`] : []),
  ];
  return parts.join(" ") || digest.slice(0, shortLength);
}

function factsIn(directory: string): Facts {
  const path = `${directory}/.webstack-release.json`;
  try {
    const facts: unknown = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
    return typeof facts === "object" && facts !== null ? facts : {};
  } catch {
    return {};
  }
}

/**
 * Writes a line for Nginx that names the release in a header, beside its files. Whatever the archive
 * has in that place is replaced, a link too: it would be a part of Nginx's settings.
 */
export function labelRelease(directory: string, digest: string): void {
  const path = `${directory}/.webstack-nginx.conf`;
  rmSync(path, { recursive: true, force: true });
  const line = `add_header X-Release "${labelOf(factsIn(directory), digest)}" always;\n`;
  writeFileSync(path, line, { flag: "wx", mode: 0o644 });
}

import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";

/** Fields of a release's `.webstack-release.json` that visitors may see. */
interface Facts {
  version?: unknown;
  commit?: unknown;
  dirty?: unknown;
}

/** Length of a shortened commit or digest. */
const shortLength = 12;

/** Value of the header: version and commit, or the shortened digest if the release has neither. */
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
 * Writes an Nginx snippet into the release directory that names the release in a header. Whatever the
 * archive has at that path is replaced, also a link, because it would become part of Nginx's
 * configuration.
 */
export function labelRelease(directory: string, digest: string): void {
  const path = `${directory}/.webstack-nginx.conf`;
  rmSync(path, { recursive: true, force: true });
  const line = `add_header X-Release "${labelOf(factsIn(directory), digest)}" always;\n`;
  writeFileSync(path, line, { flag: "wx", mode: 0o644 });
}

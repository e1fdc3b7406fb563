import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Link to a release on a web node. */
export type ReleaseLink = "current" | "next" | "previous-1" | "previous-2";

/**
 * Puts a file into a release as the host does.
 *
 * @param seconds time of the release's files, seconds since 1970. @default 0
 */
export function putFile(
  release: ReleaseLink,
  name: string,
  content: string | Buffer,
  seconds = 0,
): void {
  const path = `/srv/app/${release}/${name}`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  utimesSync(path, seconds, seconds);
}

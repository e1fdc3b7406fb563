import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Link to a release on a web node. */
export type ReleaseLink = "current" | "next" | "previous-1" | "previous-2";

/** Puts a file into a release as the host does: with the time that a file has in every release. */
export function putFile(release: ReleaseLink, name: string, content: string | Buffer): void {
  const path = `/srv/app/${release}/${name}`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  utimesSync(path, 0, 0);
}

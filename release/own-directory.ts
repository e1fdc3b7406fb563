import { existsSync, realpathSync } from "node:fs";
import { relative, resolve, sep } from "node:path";

/**
 * Refuses a release with this project in it: its keys, its stack files and the releases packed before would go to every
 * app node and web node, and each packing would change the next one.
 *
 * @param path directory of the app, which need not exist yet.
 * @param projectRoot directory of `Pulumi.yaml`.
 * @throws Error if the directory is the project's, or contains it.
 */
export function checkOwnDirectory(path: string, projectRoot: string): void {
  const inside = relative(realPath(path), realPath(projectRoot));
  if (inside.split(sep)[0] === "..") return;
  const found = inside === "" ? "is this project" : `contains this project as ${inside}`;
  throw new Error(
    `webstack:app.path must be a directory without this project, got ${path}, which ${found}: its keys and stack files ` +
      "would go to every node; let app.build copy the app into a directory of its own, such as dist/release, and name that one " +
      "(docs/your-app.md, Workspaces)",
  );
}

function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : resolve(path);
}

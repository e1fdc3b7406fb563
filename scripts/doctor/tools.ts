import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Tools } from "../../doctor/local-checks";
import { repositoryRoot } from "../local/paths";
import { isInstalled, localCloudPrerequisites, missingPrerequisites } from "../local/prerequisites";

/** What this machine has for a stack. */
export function toolsHere(isLocal: boolean): Tools {
  const { engines } = JSON.parse(readFileSync(join(repositoryRoot, "package.json"), "utf8")) as {
    engines: { node: string };
  };
  return {
    node: process.versions.node,
    leastNode: Number(/\d+/.exec(engines.node)![0]),
    has: isInstalled,
    isInstalled: existsSync(join(repositoryRoot, "node_modules", "@pulumi", "hcloud")),
    ...(isLocal ? { lacking: missingPrerequisites(localCloudPrerequisites) } : {}),
    isRoot: process.getuid?.() === 0,
  };
}

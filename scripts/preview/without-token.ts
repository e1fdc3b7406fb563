import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { planOf } from "../../preview/plan";
import { stackFileName } from "../deploy/stack-file";
import { HostlessStack } from "../hostless/hostless-stack";
import { MemoryCloud } from "../hostless/memory-cloud";
import { engineReason } from "../local/engine-progress";
import { repositoryRoot } from "../local/paths";
import { Tree } from "../rehearse/tree";
import { catalogueAt, type Catalogue } from "./catalogue";
import { clearSettings, fileAt } from "./settings";

/** Plan of the comparison, with the inputs of the verdict. */
export interface Compared {
  events: EngineEvent[];
  catalogue: Catalogue;
  /** First line of the preview. */
  note: string;
}

/** Sentence that names the two compared states, for the first line of the preview. */
export function comparison(base: string, isNew: boolean): string {
  const from = `${base.slice(0, 12)} of the repository${isNew ? ", which has no such stack," : ""}`;
  return (
    `Two states of the repository are compared, ${from} and the files here, not the running stack: ` +
    "no token was used, nothing was asked of the cloud, secrets are stand-ins, prices are those of the local cloud's list."
  );
}

/**
 * The changes of this checkout in a stack of the base: the base's program creates the stack on a cloud without hosts,
 * and the program of this checkout is previewed on top. Neither token nor state nor passphrase is needed.
 *
 * @param base revision of Git.
 * @param settings text of the stack file of this checkout.
 * @throws Error if there is no such revision, or if the `up` of the base fails.
 */
export async function comparedWithBase(
  stack: string,
  base: string,
  settings: string,
  say: (line: string) => void,
): Promise<Compared> {
  const tree = new Tree(repositoryRoot, join(repositoryRoot, ".webstack", "preview-base"));
  const commit = tree.commit(base);
  const before = fileAt(commit, stackFileName(stack), repositoryRoot);
  const cloud = new MemoryCloud();
  try {
    await cloud.start();
    const made = await HostlessStack.create(cloud, { name: stack.split("/").at(-1)!, say });
    if (before !== undefined) {
      say(`making ${stack} of ${commit.slice(0, 12)} on a cloud without hosts`);
      layOut(tree, commit);
      made.use(tree.path);
      const { config, secrets } = clearSettings(before);
      await made.up(config, secrets).catch((error: Error) => {
        throw new Error(`${commit.slice(0, 12)} cannot be made: ${engineReason(error)}`, {
          cause: error,
        });
      });
    }
    made.use(repositoryRoot);
    const { config, secrets } = clearSettings(settings);
    let refused: Error | undefined;
    const events = await made.preview(config, { secrets }, (error) => (refused = error));
    // The events of a refused plan include the reasons.
    if (refused && planOf(events).errors.length === 0) throw refused;
    const { HCLOUD_ENDPOINT: endpoint = "", HCLOUD_TOKEN: token = "" } = cloud.environment;
    const catalogue = await catalogueAt(() => ({ endpoint, token }));
    return { events, catalogue, note: comparison(commit, before === undefined) };
  } finally {
    process.chdir(repositoryRoot);
    await cloud.stop();
    tree.remove();
  }
}

/** The files of a commit, with the packages of this checkout and its sample app built. */
export function layOut(tree: Tree, commit: string): void {
  tree.checkOut(commit);
  const packages = join(tree.path, "node_modules");
  if (!existsSync(packages)) symlinkSync(join(repositoryRoot, "node_modules"), packages);
  const [here, there] = [repositoryRoot, tree.path].map((root) => join(root, "sample-app"));
  // A bundle contains the paths of its packages. For equal sources the bundle of this checkout is used, or all nodes
  // would seem to change.
  if (existsSync(join(here!, "dist")) && isUnchanged(commit, "sample-app")) {
    cpSync(join(here!, "dist"), join(there!, "dist"), { recursive: true });
    return;
  }
  execFileSync(process.execPath, ["build.mjs"], {
    cwd: there!,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** True if this checkout's files, committed or not, equal those of a commit in a folder and in the list of packages. */
function isUnchanged(commit: string, folder: string): boolean {
  const words = ["diff", "--quiet", commit, "--", folder, "package-lock.json"];
  return spawnSync("git", words, { cwd: repositoryRoot, stdio: "ignore" }).status === 0;
}

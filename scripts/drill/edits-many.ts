import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { localPaths, localStackName } from "../local/paths";
import type { StackOutputs } from "../operate/outputs";
import type { Measured } from "./drill";
import { type Edit, editList, makeEdit } from "./edit-list";
import { edited, expectChanged, type HostDigests, hostDigests } from "./edit-watch";
import { type StackSettings, type Done, nothingLeft, upDone, withEdits } from "./up";

const backups = "webstack:backups";

/** The local stack's `webstack:backups`, its secret encrypted, as `up:local` adds it to the stack file. */
function backupsInUse(): StackSettings[string] {
  const file = join(localPaths.project, `Pulumi.${localStackName}.yaml`);
  const found = existsSync(file)
    ? (parse(readFileSync(file, "utf8")) as { config?: StackSettings }).config?.[backups]
    : undefined;
  if (found) return found;
  throw new Error(`${file} has no ${backups}; run npm run up:local first`);
}

/** @throws Error if an `up` did more than to update resources in place, or applied another host's configuration. */
export function expectDone(edit: Edit, { steps, configured }: Done, wanted: readonly string[]) {
  const others = Object.keys(steps).filter((kind) => kind !== "update");
  if (others.length > 0) {
    throw new Error(`${edit.key} planned more than updates: ${JSON.stringify(steps)}`);
  }
  if ([...configured].sort().join() === [...wanted].sort().join()) return;
  throw new Error(
    `${edit.key} configured ${configured.join(", ") || "none"}, wanted ${wanted.join(", ") || "none"}`,
  );
}

/**
 * Applies one edit, which the stack file contains already; returns the time of `up`, in seconds, and the hosts' new
 * digests.
 */
async function applied(
  outputs: StackOutputs,
  edit: Edit,
  before: HostDigests,
): Promise<{ tookSeconds: number; after: HostDigests }> {
  const { tookSeconds, ...done } = await upDone();
  const { tiers, filesOf = tiers } = edit;
  const nodesOf = (roles: readonly string[]) =>
    outputs.nodes.filter(({ role }) => roles.includes(role)).map(({ name }) => name);
  expectDone(edit, done, nodesOf(tiers));
  const after = await hostDigests(outputs);
  expectChanged(edit.key, before, after, nodesOf(filesOf));
  return { tookSeconds, after };
}

/** Makes every edit of the list, one `up` each, and reverts all edits with one more; returns the times as text. */
async function allEdits(outputs: StackOutputs, mark: (text: string) => void): Promise<string[]> {
  const first = await hostDigests(outputs);
  const used = backupsInUse();
  const times: string[] = [];
  const { back } = await withEdits(async (edit) => {
    let before = first;
    for (const [i, one] of editList.entries()) {
      edit((settings) => {
        settings[backups] ??= used;
        for (const each of editList.slice(0, i + 1)) makeEdit(settings, each);
      });
      mark(one.key);
      const { tookSeconds, after } = await applied(outputs, one, before);
      times.push(`${one.key} ${tookSeconds.toFixed(1)} s`);
      console.log(`  ${times.at(-1)}`);
      before = after;
    }
    mark("put back");
  });
  times.push(`all put back ${back.tookSeconds.toFixed(1)} s`);
  await nothingLeft();
  expectChanged("the edits that were put back", first, await hostDigests(outputs), []);
  return times;
}

/** Measures every edit of the list under load; the notes begin with the time of each. */
export async function manyEdits(outputs: StackOutputs): Promise<Measured> {
  let times: string[] = [];
  const measured = await edited(outputs, false, async (mark) => {
    times = await allEdits(outputs, mark);
  });
  return { ...measured, notes: [times.join(", "), ...(measured.notes ?? [])] };
}

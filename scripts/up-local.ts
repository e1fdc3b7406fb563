import { mkdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { ensureEngine } from "../offline/engine";
import { ensureDocker, ensureImage } from "./build-image";
import { ensureAuthority, localNames, publishNames } from "./local/authority";
import { chooseTarget, targetKind } from "./local/backups";
import { browserUrl, openBrowserAccess, waitForPage } from "./local/site-access";
import { startCloud } from "./local/cloud";
import { engineEvents, engineReason, Progress } from "./local/engine-progress";
import { saveOutputs, type StackOutputs } from "./operate/outputs";
import { localPaths, localStateDirectory } from "./local/paths";
import { stackDiagram } from "./local/status";
import {
  ensurePrerequisites,
  goPrerequisite,
  localCloudPrerequisites,
} from "./local/prerequisites";
import { takeLock } from "./local/processes";
import { resumeLocal, localStack } from "./local/stack";

function closing(outputs: StackOutputs, browser: boolean, progress: Progress): string {
  return [
    "",
    progress.table(),
    "",
    stackDiagram(outputs),
    "",
    `  URL      ${outputs.url}`,
    ...(browser ? [`  browser  ${browserUrl}`] : []),
    "",
    "next:  npm run status:local          who does what, and who is healthy",
    "       npm run ssh:local -- app-1    a shell on a node",
    "       npm run down:local            remove everything",
  ].join("\n");
}

/**
 * `npm run up:local [-- --refresh] [-- --backups s3|sftp]`: the whole stack on this machine. A second run applies only
 * differences; with `--refresh` it first reads the actual state, so it creates resources again that were deleted by
 * hand.
 */
async function main(): Promise<void> {
  const { refresh, backups } = parseArgs({
    options: { refresh: { type: "boolean", default: false }, backups: { type: "string" } },
  }).values;
  const target = backups === undefined ? undefined : targetKind(backups);
  const progress = new Progress();
  const say = (line: string) => progress.line(line);
  mkdirSync(localStateDirectory, { recursive: true, mode: 0o700 });
  takeLock(localPaths.lock, "npm run up:local");
  if (target) chooseTarget(target);
  ensurePrerequisites([...localCloudPrerequisites, goPrerequisite], say);
  const [engine, image] = await Promise.all([
    progress.phase("engine", () => ensureEngine({ progress: say })),
    progress.phase("host image", async () => {
      await ensureDocker({ progress: say });
      return ensureImage({ progress: say });
    }),
  ]);
  const cloud = await progress.phase("local cloud", () => startCloud(image));
  if (cloud === "started anew") say("the local cloud was of another version; its servers ran on");
  const names = localNames();
  const root = names && (await progress.phase("authority", () => ensureAuthority(say)));
  const stack = await progress.phase("stack settings", () => localStack(engine));
  await resumeLocal(stack, say);
  const show = engineEvents(progress);
  const steps: Record<string, number> = {};
  const result = await progress.phase("pulumi up", () =>
    stack.up({
      refresh,
      onEvent: (event) => {
        show(event);
        Object.assign(steps, event.summaryEvent?.resourceChanges);
      },
      suppressProgress: true,
      color: "never",
      showSecrets: false,
    }),
  );
  const changed = Object.entries(steps)
    .filter(([kind]) => kind !== "same")
    .map(([kind, count]) => `${count} ${kind}`);
  say(`changes: ${changed.join(", ") || "0 (nothing to change)"}`);
  const { privateKey, ...rest } = result.outputs;
  const values = Object.fromEntries(Object.entries(rest).map(([key, { value }]) => [key, value]));
  const outputs = saveOutputs(values, String(privateKey?.value ?? ""));
  if (names) publishNames(names, outputs.floatingIp);
  const { ipv4 } = outputs.floatingIp;
  await progress.phase("page served", () => waitForPage(outputs.url, ipv4, root));
  const browser = await openBrowserAccess(outputs.floatingIp.ipv4);
  console.log(closing(outputs, browser, progress));
}

main().catch((error: Error) => {
  console.error(`\nup:local stopped: ${engineReason(error)}`);
  console.error("what exists so far is kept; run npm run up:local again to go on");
  process.exit(1);
});

import { existsSync, rmSync } from "node:fs";
import { ensureEngine } from "../offline/engine";
import { destroyState } from "../localcloud/destroy";
import { stopAuthority } from "./local/authority";
import { closeBrowserAccess } from "./local/site-access";
import { cloudAnswers, destroyCloud, startCloud } from "./local/cloud";
import { engineEvents, Progress } from "./local/engine-progress";
import { localPaths, localStateDirectory } from "./local/paths";
import { takeLock } from "./local/processes";
import { resumeLocal, localStack } from "./local/stack";
import { ensureDocker, ensureImage } from "./build-image";

/** Deletes every resource through the API, as `pulumi destroy` would in production. */
async function destroyStack(progress: Progress): Promise<void> {
  const say = (line: string) => progress.line(line);
  const engine = await ensureEngine({ progress: say });
  if (!(await cloudAnswers())) {
    await ensureDocker({ progress: say });
    await startCloud(await ensureImage({ progress: say }));
  }
  const stack = await localStack(engine);
  await resumeLocal(stack, say);
  await progress.phase("pulumi destroy", () =>
    stack.destroy({ onEvent: engineEvents(progress), suppressProgress: true, color: "never" }),
  );
}

/** `npm run down:local [-- --force]`: removes the stack, the local cloud and everything that both created. */
async function main(): Promise<void> {
  const force = process.argv.includes("--force");
  if (!existsSync(localStateDirectory)) {
    console.log("there is no local stack here; nothing to remove");
    return;
  }
  const progress = new Progress();
  takeLock(localPaths.lock, "npm run down:local");
  await closeBrowserAccess();
  if (!force && existsSync(localPaths.backend)) await destroyStack(progress);
  await stopAuthority();
  await progress.phase("local cloud", () => destroyCloud(destroyState));
  rmSync(localStateDirectory, { recursive: true, force: true });
  console.log(`\n${progress.table()}\nnothing of the local stack is left`);
}

main().catch((error: Error) => {
  console.error(`\ndown:local stopped: ${error.message}`);
  console.error(
    "run npm run down:local again, or npm run down:local -- --force to skip the engine",
  );
  process.exit(1);
});

import { runtime } from "@pulumi/pulumi";
import { ensureEngine } from "../../offline/engine";
import { engineEvents, engineReason, Progress } from "../local/engine-progress";
import { localPaths } from "../local/paths";
import { takeLock } from "../local/processes";
import { resumeLocal, localStack } from "../local/stack";
import { mistakes, withMistake } from "./lockout";

/**
 * `lockout-up.ts <mistake>`: an `up` of the local stack whose program renders one file with a mistake. No setting does that,
 * so the drill E9 runs this in a process of its own, which takes the lock of the local stack as `up:local` does.
 */
async function main(): Promise<void> {
  const mistake = mistakes.find(({ name }) => name === process.argv[2]);
  if (!mistake)
    throw new Error(`usage: lockout-up.ts ${mistakes.map(({ name }) => name).join("|")}`);
  const progress = new Progress();
  takeLock(localPaths.lock, "the drill E9");
  const engine = await ensureEngine({ progress: (line) => progress.line(line) });
  const stack = await localStack(engine);
  await resumeLocal(stack, (line) => progress.line(line));
  const right = stack.workspace.program!;
  await stack.up({
    program: async () => {
      runtime.registerStackTransformation(withMistake(mistake));
      return right();
    },
    onEvent: engineEvents(progress),
    suppressProgress: true,
    color: "never",
    showSecrets: false,
  });
}

main().catch((error: Error) => {
  console.error(engineReason(error));
  process.exit(1);
});

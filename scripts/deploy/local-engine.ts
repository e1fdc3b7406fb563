import { ensureEngine } from "../../offline/engine";
import { cloudAnswers } from "../local/cloud";
import { saveOutputs } from "../operate/outputs";
import { resumeLocal, localStack } from "../local/stack";
import { type DeployEngine, type Deployment, type EngineOptions, pinsIn } from "./engine";

/**
 * Runs the local stack with the given settings, after it cleans up behind an interrupted command.
 *
 * @throws Error if the local cloud does not run.
 */
export async function localEngine({
  settings,
  directory,
  say,
  signal,
}: EngineOptions): Promise<DeployEngine> {
  if (!(await cloudAnswers())) {
    throw new Error("the local cloud does not answer; start it with: npm run up:local");
  }
  // `up:local` printed the engine's version when it created the stack.
  const engine = await ensureEngine({ progress: () => undefined });
  const stack = await localStack(engine, settings, directory);
  await resumeLocal(stack, say);
  const quiet = { suppressProgress: true, color: "never", signal } as const;
  return {
    pins: async () => pinsIn((await stack.exportStack()).deployment as Deployment),
    preview: async (onEvent, refresh = false) =>
      void (await stack.preview({ ...quiet, refresh, onEvent })),
    up: async (onEvent, message) => {
      const options = message === undefined ? {} : { message };
      const { outputs } = await stack.up({ ...quiet, ...options, onEvent });
      const { privateKey, ...rest } = outputs;
      const values = Object.entries(rest).map(([key, { value }]) => [key, value as unknown]);
      saveOutputs(Object.fromEntries(values), String(privateKey?.value ?? ""));
    },
  };
}

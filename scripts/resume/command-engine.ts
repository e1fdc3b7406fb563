import { runPulumi } from "../deploy/cli-engine";
import { repositoryRoot } from "../local/paths";
import { cloudProject } from "../operate/cloud-project";
import { type Checkpoint, stackUrn } from "./pending";
import { type ResumableEngine, resumeInterrupted } from "./resume";

/** Text of the engine's message about a held lock. Source: pulumi/pkg v3.257.0 `backend/diy/lock.go`. */
const lockText = "pulumi cancel";

/**
 * The stack of another name, by the `pulumi` command.
 *
 * @param settings words that choose the settings, such as `--config-file`. @default the stack's own file
 */
export function commandEngine(
  stack: string,
  settings: readonly string[] = [],
  cwd = repositoryRoot,
): ResumableEngine {
  const at = ["--stack", stack];
  const neverAsks = "--non-interactive";
  return {
    exported: async () => {
      const text = await runPulumi(["stack", "export", ...at, neverAsks], {
        cwd,
        hidesOutput: true,
      });
      return (JSON.parse(text) as { deployment?: Checkpoint | null }).deployment ?? {};
    },
    refresh: async (urns, clears = false) => {
      const quiet = ["--yes", "--skip-preview", "--suppress-outputs", "--suppress-progress"];
      const targets = urns.flatMap((urn) => ["--target", urn]);
      const pending = clears ? "--clear-pending-creates" : "--skip-pending-creates";
      await runPulumi(["refresh", ...at, ...quiet, pending, ...settings, ...targets, neverAsks], {
        cwd,
      });
    },
  };
}

/**
 * {@link resumeInterrupted} for a stack that is not the local one.
 *
 * @param settings words that choose the settings, such as `--config-file`. @default the stack's own file
 * @throws Error with the remedy if another command holds the stack's lock, or is dead and left it.
 */
export async function resumeNamed(
  stack: string,
  say: (line: string) => void,
  settings: readonly string[] = [],
): Promise<void> {
  const engine = commandEngine(stack, settings);
  await withRemedy(stack, () => resumeInterrupted(engine, () => cloudProject(stack), say));
}

/**
 * Makes sure that an `up` of the stack can begin: what an interrupted command left is removed, and no other command holds
 * the stack's lock, which the engine takes here for a refresh of the stack alone.
 *
 * @throws Error with the remedy if another command holds the lock, or is dead and left it.
 */
export async function refuseLocked(stack: string, say: (line: string) => void): Promise<void> {
  await resumeNamed(stack, say);
  const engine = commandEngine(stack);
  const root = stackUrn(await engine.exported());
  if (root !== undefined) await withRemedy(stack, () => engine.refresh([root]));
}

/** Adds the remedy to the engine's message about a held lock. */
async function withRemedy(stack: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { message } = error as Error;
    if (!message.includes(lockText)) throw error;
    throw new Error(
      `${message}\nif no other command works on the stack, run pulumi cancel --stack ${stack}, then this command again`,
      { cause: error },
    );
  }
}

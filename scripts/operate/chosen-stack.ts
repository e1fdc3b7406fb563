import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { localPaths, localStackName, projectName, repositoryRoot } from "../local/paths";

/** Options for the choice of a command's stack. */
export interface StackUse {
  /**
   * The command line, such as `npm run roll`, of a command that disturbs nodes or loses data for good: every stack but
   * the local one must then be named. @default the selected stack is taken
   */
  dangerous?: string;
  /** True: the local stack is taken also before its first `up`. @default false */
  beforeUp?: boolean;
}

/** Sources of the choice if no stack is named. */
export interface StackSources {
  env: NodeJS.ProcessEnv;
  /** Directory of `Pulumi.yaml`. */
  project: string;
  /** True if the local stack's last `up` succeeded. */
  isLocalUp: boolean;
  /** Receives the line that names the chosen stack. */
  say: (line: string) => void;
}

/** Fields of the engine's settings of a checkout, and of its logins, that determine the selected stack. */
interface Kept {
  stack?: string;
  stacks?: Record<string, string>;
  current?: string;
}

/** Backend of an engine without a login. */
const usualBackend = "https://api.pulumi.com";
/** Organization of every stack outside of Pulumi's service; without it the name means the same there. */
const noOrganization = "organization/";

function surroundings(): StackSources {
  return {
    ...{ env: process.env, project: repositoryRoot, isLocalUp: existsSync(localPaths.outputs) },
    // Standard output may be a program's input.
    say: (line) => console.error(line),
  };
}

/**
 * The stack of a command: the named one, else the selected one, else the local one if it is up. Without a name on the
 * command line, the first printed line names the stack.
 *
 * @param named value of `--stack`.
 * @returns its name; undefined: the local stack.
 * @throws Error if there is none, or if it must be named.
 */
export function chosenStack(
  named: string | undefined,
  { dangerous, beforeUp = false }: StackUse = {},
  around: StackSources = surroundings(),
): string | undefined {
  if (named !== undefined) return localOr(named);
  const { env, project, isLocalUp, say } = around;
  const selected = selectedStack(env, project);
  if (selected === undefined && !isLocalUp && !beforeUp) {
    throw new Error(
      "--stack must name a stack, since none is selected and the local stack is not up; add --stack <name>, " +
        "select one with pulumi stack select <name>, or start the local one with npm run up:local",
    );
  }
  const stack = selected === undefined ? undefined : localOr(selected);
  if (dangerous !== undefined && stack !== undefined) {
    throw new Error(
      `${dangerous} needs --stack <name>, got none, and ${stack} is the selected stack; ` +
        `add --stack ${stack} if you mean that stack`,
    );
  }
  const why = selected === undefined ? "no other stack is selected" : "it is selected";
  say(`works on stack ${stack ?? localStackName}: ${why}; --stack names another one`);
  return stack;
}

/** undefined for the local stack, with any organization before its name. */
function localOr(stack: string): string | undefined {
  return stack.split("/").at(-1) === localStackName ? undefined : stack;
}

/**
 * The stack that `pulumi` takes in a directory: that of the variable PULUMI_STACK, else the one that `pulumi stack
 * select` kept for the present backend. Source: pulumi/pkg v3.257.0 `backend/state/stacks.go`, `workspace/workspace.go`.
 *
 * @returns its name, with an organization at Pulumi's service alone; undefined: none.
 */
export function selectedStack(env: NodeJS.ProcessEnv, project: string): string | undefined {
  if (env.PULUMI_STACK) return env.PULUMI_STACK;
  const home = env.PULUMI_HOME || join(homedir(), ".pulumi");
  const checkout = createHash("sha1").update(join(project, "Pulumi.yaml")).digest("hex");
  const { stack, stacks = {} } = kept(
    join(home, "workspaces", `${projectName(project)}-${checkout}-workspace.json`),
  );
  const backend =
    env.PULUMI_BACKEND_URL || kept(join(home, "credentials.json")).current || usualBackend;
  const found = stacks[backend] ?? stack;
  if (!found) return undefined;
  return found.startsWith(noOrganization) ? found.split("/").at(-1) : found;
}

function kept(file: string): Kept {
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Kept;
  } catch (error) {
    throw new Error(
      `${file} must be JSON: ${(error as Error).message}; name the stack with --stack`,
      {
        cause: error,
      },
    );
  }
}

import { statSync } from "node:fs";
import { localPaths, localStackName, repositoryRoot } from "../local/paths";
import { takeLock } from "../local/processes";
import { confirmed } from "../operate/terminal";
import { outputsOf } from "../operate/operated-stack";
import type { StackOutputs } from "../operate/outputs";
import { type NodeReleases, releasesOf, runningLines } from "../operate/releases";
import type { CommandLine } from "./command-line";
import { changeRelease, MoreIsPending } from "./change";
import { cliEngine } from "./cli-engine";
import type { DeployEngine } from "./engine";
import { takeInterrupts } from "./interrupt";
import { localEngine } from "./local-engine";
import type { Delivered } from "./push";
import { type Named, naming, readStackFile, writeStackFile } from "./stack-file";
import { Steps } from "./steps";

/** A command that changes the release of one stack. */
export interface ReleaseSession {
  outputs: StackOutputs;
  /** Text of the stack's file. */
  text: string;
  /** Name of the stack. */
  stack: string;
  /** The shell command that applies edits of the stack's file. */
  upCommand: string;
  steps: Steps;
  say: (line: string) => void;
}

/** The wanted release, with messages for failures. */
export interface Wanted {
  /** Release that the stack file names after the change. */
  named: Named;
  /** The release to push to the nodes first. @default the nodes have it */
  delivered?: Delivered;
  /** True if a release has its own command. */
  saysCommand: boolean;
  /** Remedy after a failure, one line. */
  onFailure: string;
  /** Further remedy if the release itself needs more changes than a release may make. @default none */
  onMore?: string;
}

const print = (line: string) => console.log(line);

/** Opens a session. @throws Error if the stack is not up, or if another command works on the local stack. */
export function openSession({ stack }: CommandLine, command: string): ReleaseSession {
  const outputs = outputsOf(stack);
  if (stack === undefined) takeLock(localPaths.lock, command);
  const name = stack ?? localStackName;
  return {
    outputs,
    stack: name,
    text: readStackFile(name, repositoryRoot).text,
    upCommand: stack === undefined ? "npm run up:local" : `npm run up -- --stack ${stack}`,
    steps: new Steps(print),
    say: print,
  };
}

/** Asks the operator whether to continue, unless `--yes` was given. @throws Error without a terminal. */
export async function consent(
  { stack }: Pick<ReleaseSession, "stack">,
  { yes }: Pick<CommandLine, "yes">,
  isTerminal: boolean = process.stdin.isTTY,
): Promise<void> {
  if (yes) return;
  if (!isTerminal) throw new Error("nobody can be asked here; add --yes to go on");
  await confirmed(stack);
}

/**
 * Switches all nodes to the wanted release. The stack file is written only at the end, so that it never names a
 * release that did not start.
 *
 * @throws Error with the reason, the running releases, and the remedy.
 */
export async function carryOut(
  session: ReleaseSession,
  options: CommandLine,
  wanted: Wanted,
): Promise<void> {
  const { outputs, stack, text, upCommand, steps, say } = session;
  const { named, onFailure, onMore, ...change } = wanted;
  const interrupt = takeInterrupts(say);
  const settings = naming(text, named);
  try {
    const engine = await openEngine(options, settings, { say, signal: interrupt.engineSignal });
    await changeRelease({ outputs, engine, ...change, upCommand, steps, say, interrupt });
  } catch (error) {
    const { message } = interrupt.signal.aborted ? new Error("interrupted") : (error as Error);
    const { path, text: now } = readStackFile(stack, repositoryRoot);
    const states = await releasesOf(outputs);
    const goOn = [onFailure, ...goBack(stack, [...states.values()])];
    const kept = now === text ? "was not changed by this command" : "was changed by somebody else";
    throw new Error(
      [
        message,
        "runs now:",
        ...runningLines(states).map((line) => `  ${line}`),
        `${path} ${kept}`,
        ...(error instanceof MoreIsPending ? (onMore ? [onMore] : []) : goOn),
      ].join("\n"),
      { cause: error },
    );
  }
  const file = readStackFile(stack, repositoryRoot);
  const written = naming(file.text, named);
  if (written !== file.text) {
    writeStackFile(file.path, written);
    say(`${file.path} says so now; commit it, so that everybody's pulumi up agrees`);
  }
  say("runs now:");
  for (const line of runningLines(await releasesOf(outputs))) say(`  ${line}`);
}

/** Remedy for nodes with different releases: a rollback of all to the release that the last node still runs. */
function goBack(stack: string, states: readonly (NodeReleases | undefined)[]): string[] {
  const currents = states.map((state) => state?.current);
  const last = currents.at(-1);
  if (last === undefined || new Set(currents).size === 1) return [];
  return [`to go back: npm run rollback -- --stack ${stack} ${last.slice(0, 12)}`];
}

function openEngine(
  { stack }: CommandLine,
  settings: string,
  how: { say: (line: string) => void; signal: AbortSignal },
): Promise<DeployEngine> | DeployEngine {
  const options = { settings, ...how };
  return stack === undefined ? localEngine(options) : cliEngine(stack, options);
}

/** Size of a file as text, such as `1.3 MB`. */
export function sizeText(path: string): string {
  return `${(statSync(path).size / 1e6).toFixed(1)} MB`;
}

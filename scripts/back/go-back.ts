import type { Plan } from "../../preview/plan";
import { stackFileName } from "../deploy/stack-file";
import { withPresentSizes, withoutExpiredConsent } from "./adapted-settings";
import { backMessage, type DeployedState } from "./deployed-state";
import { planRefusals, settingsRefusals } from "./refusals";

/** The engine with the program and the settings of the commit. */
export interface BackEngine {
  preview(): Promise<Plan>;
  /** Runs the update. @throws Error if it stops. */
  up(message: string): Promise<void>;
}

/** Dependencies of {@link goBack}. */
export interface BackDependencies {
  /** Name of the stack. */
  stack: string;
  /** The day, in UTC. */
  today: Date;
  /** The commit that a revision names. @throws Error if there is none. */
  commit(revision: string): string;
  /** Stack file of a commit; undefined: it has none. */
  stackFile(commit: string): string | undefined;
  /** Stack file of this checkout. */
  presentFile(): string;
  /** Pins a release in the text of a stack file. @throws Error if a node lacks it. */
  pinned(text: string, release: string): Promise<string>;
  /** Checks the commit out, with its packages, into a directory of its own. */
  layOut(commit: string): Promise<void>;
  engine(settings: string): Promise<BackEngine>;
  /** Prints the plan into the log. */
  show(plan: Plan): void;
  /** Asks the operator, unless the command runs without questions. @throws Error if the answer is no. */
  consent(): Promise<void>;
  /** True if the smoke test of the site passes. */
  smoke(): Promise<boolean>;
  say(line: string): void;
}

/**
 * Restores what a stack ran: the program and the stack file of a commit, and the release that ran then. The nodes still
 * have that release, so no migration runs. A volume that has grown since keeps its size, and a line of consent that is over
 * goes. Nothing is changed if the update would delete, replace or shrink a resource.
 *
 * @param to commit and release to restore; without a release the commit's own app is deployed.
 * @throws Error with all reasons if the update is refused, or if the smoke test fails afterwards.
 */
export async function goBack(to: DeployedState, dependencies: BackDependencies): Promise<void> {
  const { stack, say } = dependencies;
  const commit = dependencies.commit(to.commit);
  const short = commit.slice(0, 12);
  const file = dependencies.stackFile(commit);
  if (file === undefined) throw new Error(`${short} has no ${stackFileName(stack)}`);
  const sized = withPresentSizes(dependencies.presentFile(), file);
  const kept = withoutExpiredConsent(sized.text, dependencies.today);
  const settings =
    to.release === undefined ? kept.text : await dependencies.pinned(kept.text, to.release);
  say(
    `goes back to ${short} on ${stack}, with ${
      to.release === undefined
        ? "the app of that commit: its migration runs again"
        : `release ${to.release.slice(0, 12)}: no migration runs, and none is undone`
    }`,
  );
  [...sized.lines, ...kept.lines].forEach(say);
  refuse(short, settingsRefusals(dependencies.presentFile(), file));
  await dependencies.layOut(commit);
  const engine = await dependencies.engine(settings);
  const plan = await engine.preview();
  dependencies.show(plan);
  refuse(short, planRefusals(plan));
  await dependencies.consent();
  if (plan.steps.some(({ fate }) => fate !== "same")) await engine.up(backMessage(commit));
  else say("nothing is to be changed");
  if (await dependencies.smoke()) return say(`${stack} runs what ${short} says, and is well`);
  throw new Error(
    `${stack} runs what ${short} says, and is not well; the lines above say what fails`,
  );
}

function refuse(commit: string, reasons: readonly string[]): void {
  if (reasons.length === 0) return;
  const lines = reasons.map((reason) => `  ${reason}`).join("\n");
  throw new Error(
    `the way back to ${commit} is not one for a machine alone, and nothing was changed:\n${lines}\n` +
      "mend what was deployed with a further commit, or undo that by hand with pulumi up",
  );
}

import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { Preview } from "../preview/model";
import { withoutOpenedRules, planOf } from "../preview/plan";
import { previewOf } from "../preview/preview";
import { markdown } from "../preview/render/markdown";
import { text } from "../preview/render/text";
import { cliEngine } from "./deploy/cli-engine";
import { takeInterrupts } from "./deploy/interrupt";
import { localEngine } from "./deploy/local-engine";
import { readStackFile } from "./deploy/stack-file";
import { engineReason } from "./local/engine-progress";
import { localPaths, localStackName, repositoryRoot } from "./local/paths";
import { takeLock } from "./local/processes";
import { parseCommandLine, type PreviewOptions } from "./preview/command-line";
import { chosenStack } from "./operate/chosen-stack";
import { cloudProject } from "./operate/cloud-project";
import { catalogueAt } from "./preview/catalogue";
import { editedSettings, unknownSettings } from "./preview/settings";
import { comparedWithBase, type Compared } from "./preview/without-token";

/** Messages on standard error, which are no part of the answer. */
const say = (line: string) => console.error(line);

const forms: Record<PreviewOptions["form"], (preview: Preview, note?: string) => string> = {
  text: (preview, note) => `${note === undefined ? "" : `${note}\n\n`}${text(preview)}`,
  markdown: (preview, note) => `${note === undefined ? "" : `> ${note}\n\n`}${markdown(preview)}`,
  json: (preview, note) => `${JSON.stringify({ ...preview, note }, null, 2)}\n`,
};

/** The engine's plan; the events of a refused plan include the reasons. */
async function plannedEvents(
  { stack, refresh }: PreviewOptions,
  settings: string,
): Promise<EngineEvent[]> {
  const { engineSignal: signal } = takeInterrupts(say);
  const options = { settings, files: "preview", say, signal };
  if (stack === undefined) takeLock(localPaths.lock, "npm run preview");
  const engine = await (stack === undefined ? localEngine(options) : cliEngine(stack, options));
  const events: EngineEvent[] = [];
  try {
    await engine.preview((event) => void events.push(event), refresh);
  } catch (error) {
    if (planOf(events).errors.length === 0) {
      throw new Error(engineReason(error as Error), { cause: error });
    }
  }
  return events;
}

/** The effects of an update of the running stack, or of this checkout on the stack of the base. */
async function planned(
  order: PreviewOptions,
  settings: string,
): Promise<Omit<Compared, "note"> & { note?: string }> {
  const { stack, base, withoutToken } = order;
  if (withoutToken) return comparedWithBase(stack ?? localStackName, base, settings, say);
  const [events, catalogue] = await Promise.all([
    plannedEvents(order, settings),
    catalogueAt(() => cloudProject(stack)),
  ]);
  return { events, catalogue };
}

/**
 * `npm run preview -- [--stack S] [--markdown | --json] [--base REVISION] [--refresh | --without-token]`: the effects
 * of an update, with a verdict. Status 1 if the plan is refused.
 */
async function main(): Promise<void> {
  const named = parseCommandLine(process.argv.slice(2));
  const order = { ...named, stack: chosenStack(named.stack) };
  const stack = order.stack ?? localStackName;
  const { text: settings } = readStackFile(stack, repositoryRoot);
  const { events, catalogue, note } = await planned(order, settings);
  const edited = editedSettings(stack, order.base, settings);
  const preview = previewOf(withoutOpenedRules(planOf(events)), {
    ...catalogue,
    stack,
    settings: edited ?? [],
    warnings: [...catalogue.warnings, ...unknownSettings(stack, order.base, edited)],
  });
  process.stdout.write(forms[order.form](preview, note));
  process.exitCode = preview.refused.length > 0 ? 1 : 0;
}

main().catch((error: Error) => {
  say(`preview stopped: ${error.message}`);
  process.exitCode = 1;
});

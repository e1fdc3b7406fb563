import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { Preview } from "../preview/model";
import { withoutOpenedRules } from "../preview/opened-rules";
import { planOf } from "../preview/plan";
import { previewOf } from "../preview/preview";
import { markdown } from "../preview/render/markdown";
import { text } from "../preview/render/text";
import { cliEngine } from "./deploy/cli-engine";
import { takeInterrupts } from "./deploy/interrupt";
import { localEngine } from "./deploy/local-engine";
import { readStackFile } from "./deploy/stack-file";
import { engineReason } from "./local/engine-reason";
import { localPaths, repositoryRoot } from "./local/paths";
import { takeLock } from "./local/processes";
import { localStackName } from "./local/stack-name";
import { askedPreview, type AskedPreview } from "./preview/asked";
import { catalogueOf } from "./preview/catalogue";
import { editedSettings } from "./preview/edited-settings";

/** What is no part of the answer. */
const say = (line: string) => console.error(line);

const forms: Record<AskedPreview["form"], (preview: Preview) => string> = {
  text,
  markdown,
  json: (preview) => `${JSON.stringify(preview, null, 2)}\n`,
};

/** What the engine plans; a plan that it refuses has the reasons among its events. */
async function plannedEvents(
  { stack, refresh }: AskedPreview,
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

/**
 * `npm run preview -- [--stack S] [--markdown | --json] [--base REVISION] [--refresh]`: what an update would do,
 * judged. Ends with 1 if the plan is refused.
 */
async function main(): Promise<void> {
  const order = askedPreview(process.argv.slice(2));
  const stack = order.stack ?? localStackName;
  const { text: settings } = readStackFile(stack, repositoryRoot);
  const [events, catalogue] = await Promise.all([
    plannedEvents(order, settings),
    catalogueOf(order.stack),
  ]);
  const preview = previewOf(withoutOpenedRules(planOf(events)), {
    ...catalogue,
    stack,
    settings: editedSettings(stack, order.base, settings) ?? [],
  });
  process.stdout.write(forms[order.form](preview));
  process.exitCode = preview.refused.length > 0 ? 1 : 0;
}

main().catch((error: Error) => {
  say(`preview stopped: ${error.message}`);
  process.exitCode = 1;
});

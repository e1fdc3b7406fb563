import assert from "node:assert/strict";
import { withStackFile } from "../../scripts/drill/up";
import { readOutputs } from "../../scripts/operate/outputs";
import { type Loaded, loadOn } from "../../scripts/rehearse/measured";

/**
 * The stack file with other settings, for as long as `run` takes; then it is what it was.
 *
 * @param settings sections such as `app`, with the keys of them that are set; lists and texts as they are.
 */
export async function withSettings(
  settings: Record<string, object | string>,
  run: () => Promise<void>,
): Promise<void> {
  await withStackFile(async (edit) => {
    edit((config: Record<string, unknown>) => {
      for (const [section, keys] of Object.entries(settings)) {
        const key = `webstack:${section}`;
        const isSection = typeof keys === "object" && !Array.isArray(keys);
        config[key] = isSection ? { ...(config[key] as object | undefined), ...keys } : keys;
      }
    });
    await run();
  });
}

/** Runs it under requests on new and on lasting connections, none of which may fail. */
export async function unnoticed(run: () => Promise<unknown>): Promise<void> {
  const load = loadOn(readOutputs().url);
  let loaded: Loaded;
  try {
    await run();
  } finally {
    loaded = await load.stop();
  }
  console.log(`        ${loaded.lost} of ${loaded.requests} requests failed`);
  assert.equal(loaded.lost, 0);
}

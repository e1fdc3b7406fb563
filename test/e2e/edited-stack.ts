import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { Prober, seen } from "../../scripts/drill/prober";
import { readOutputs } from "../../scripts/local/outputs";
import { repositoryRoot } from "../../scripts/local/paths";

const stackFile = join(repositoryRoot, "Pulumi.local.yaml");
const requestsPerSecond = 50;

interface StackFile {
  config: Record<string, unknown>;
}

/**
 * The stack file with other settings, for as long as `run` takes; then it is what it was.
 *
 * @param settings sections such as `app`, with the keys of them that are set; lists and texts as they are.
 */
export async function withSettings(
  settings: Record<string, object | string>,
  run: () => Promise<void>,
): Promise<void> {
  const before = readFileSync(stackFile, "utf8");
  const file = parse(before) as StackFile;
  for (const [section, keys] of Object.entries(settings)) {
    const key = `webstack:${section}`;
    const isSection = typeof keys === "object" && !Array.isArray(keys);
    file.config[key] = isSection ? { ...(file.config[key] as object | undefined), ...keys } : keys;
  }
  writeFileSync(stackFile, stringify(file));
  try {
    await run();
  } finally {
    writeFileSync(stackFile, before);
  }
}

/** Runs it under requests on new and on lasting connections, none of which may fail. */
export async function unnoticed(run: () => Promise<unknown>): Promise<void> {
  const { url } = readOutputs();
  const probers = [false, true].map((keeps) => new Prober(url, requestsPerSecond, keeps));
  for (const prober of probers) prober.start();
  try {
    await run();
  } finally {
    await Promise.all(probers.map((prober) => prober.stop()));
  }
  const [fresh, kept] = probers.map(({ probes }) => seen(probes));
  for (const { requests, failed } of [fresh!, kept!]) {
    console.log(`        ${failed} of ${requests} requests failed`);
  }
  assert.equal(fresh!.failed + kept!.failed, 0);
}

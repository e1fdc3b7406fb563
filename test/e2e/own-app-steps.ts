import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { npmEnded } from "../../scripts/local/processes";
import { readOutputs } from "../../scripts/operate/outputs";
import { unnoticed, withSettings } from "./edited-stack";
import { npmRun } from "./npm-run";
import type { Step } from "./story";

/** Longest `up:local` of these steps, seconds. */
const upSeconds = 300;

/** The stack file with that app, for as long as `run` takes. */
const withApp = (app: object, run: () => Promise<void>) => withSettings({ app }, run);

/** What the site says, asked so often that every node of the app has its turn. */
async function answers(): Promise<string[]> {
  const texts = new Set<string>();
  for (let i = 0; i < 40; i++) texts.add(await (await fetch(readOutputs().url)).text());
  return [...texts].sort();
}

const threeLines = { path: "./examples/three-line" };
const threeLineAnswers = ["Hello from app-1\n", "Hello from app-2\n"];

const takesItsPlace: Step = {
  title: "an ordinary program takes the place of the sample app, without a failed request",
  run: async () => {
    await withApp(threeLines, () => unnoticed(() => npmRun("up:local", [], upSeconds)));
    assert.deepEqual(await answers(), threeLineAnswers);
  },
};

const isRefused: Step = {
  title: "a release that ends at its start stops at the first node, and the one before goes on",
  run: async () => {
    const path = mkdtempSync(join(tmpdir(), "webstack-broken-app-"));
    writeFileSync(join(path, "server.js"), 'throw new Error("broken on purpose");\n');
    try {
      await withApp({ path }, () =>
        unnoticed(async () => {
          const { status, output } = await npmEnded("up:local");
          assert.notEqual(status, 0);
          assert.match(output, /app-1-configuration/);
          assert.match(output, /broken on purpose/);
          assert.match(output, /the app exited before it was healthy/);
        }),
      );
    } finally {
      rmSync(path, { recursive: true });
    }
    assert.deepEqual(await answers(), threeLineAnswers);
  },
};

const comesBack: Step = {
  title: "the sample app comes back, without a failed request",
  run: () => unnoticed(() => npmRun("up:local", [], upSeconds)),
};

/** Somebody's own app on the running stack: there, broken, and away again. */
export const ownAppSteps: readonly Step[] = [takesItsPlace, isRefused, comesBack];

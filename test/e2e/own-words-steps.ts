import assert from "node:assert/strict";
import { npmEnded } from "../../scripts/local/processes";
import { readOutputs } from "../../scripts/operate/outputs";
import { unnoticed, withSettings } from "./edited-stack";
import { npmRun } from "./npm-run";
import type { Step } from "./story";

/** Longest `up:local` of these steps, seconds. */
const upSeconds = 300;
/** More requests than web nodes, so that each of them has its turn. */
const turns = 8;

const headers = { "x-frame-options": "DENY" };
const locations = { "= /old": "return 301 /new;" };

const hold: Step = {
  title: "headers and locations of the stack file hold on every web node, without a failed request",
  run: async () => {
    await withSettings({ web: { headers, locations } }, () =>
      unnoticed(() => npmRun("up:local", [], upSeconds)),
    );
    for (let turn = 0; turn < turns; turn++) {
      const page = await fetch(readOutputs().url);
      assert.equal(page.headers.get("x-frame-options"), "DENY");
      const moved = await fetch(new URL("/old", readOutputs().url), { redirect: "manual" });
      assert.equal(moved.status, 301);
      assert.match(String(moved.headers.get("location")), /\/new$/);
    }
  },
};

const mistake: Step = {
  title: "a mistake in Nginx's own lines is told with setting and line, without a failed request",
  run: async () => {
    const nginxSnippet = "server_tokens off;\nretrun 1;\n";
    await withSettings({ web: { headers, locations, nginxSnippet } }, () =>
      unnoticed(async () => {
        const { status, output } = await npmEnded("up:local");
        assert.notEqual(status, 0);
        assert.match(output, /webstack:web\.nginxSnippet line 2: unknown directive "retrun"/);
      }),
    );
    assert.equal((await fetch(readOutputs().url)).headers.get("x-frame-options"), "DENY");
  },
};

/** Settings of the running stack in the services' own words: one that holds, and one with a mistake. */
export const ownWordsSteps: readonly Step[] = [hold, mistake];

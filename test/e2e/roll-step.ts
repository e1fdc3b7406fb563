import assert from "node:assert/strict";
import { Prober, seen } from "../../scripts/drill/prober";
import { readOutputs } from "../../scripts/operate/outputs";
import { npmRun } from "./npm-run";
import type { Step } from "./story";

const requestsPerSecond = 20;
const rolled = ["web-1", "app-1"];

function serverIds(): (number | undefined)[] {
  return readOutputs()
    .nodes.filter(({ name }) => rolled.includes(name))
    .map(({ serverId }) => serverId);
}

/** New servers under load: nobody notices, and nothing is left to change. */
export const rolls: Step = {
  title: "a web and an app server are replaced without a failed request",
  run: async () => {
    const before = serverIds();
    const { url } = readOutputs();
    const prober = new Prober(new URL("/api/entries", url).href, requestsPerSecond, true);
    prober.start();
    try {
      await npmRun("roll", [...rolled, "--yes"], 600);
    } finally {
      await prober.stop();
    }
    const { requests, failed } = seen(prober.probes);
    console.log(`        ${failed} of ${requests} requests failed`);
    assert.equal(failed, 0);
    assert.ok(serverIds().every((id, i) => id !== undefined && id !== before[i]));
    const { output } = await npmRun("up:local", [], 120);
    assert.match(output, /changes: 0/);
  },
};

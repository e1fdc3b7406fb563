import { parseArgs } from "node:util";
import { setTimeout as pause } from "node:timers/promises";
import { waitUntil } from "../rolling/wait-until";
import { edgeDrills } from "./drill/edge";
import { holder, waitForNormal } from "./drill/edge-state";
import { Prober, seen } from "./drill/prober";
import { median } from "./drill/report";
import { installRecipe, type RecipeIds, removeRecipe } from "./drill/usual-recipe";
import { cloudFloatingIps, cloudServers } from "./local/cloud";
import { healInjected, inject } from "./local/faults";
import { readOutputs, type StackOutputs } from "./operate/outputs";
import { localPaths } from "./local/paths";
import { takeLock } from "./local/processes";
import { runOnNode } from "./operate/ssh";

/** Time under load after a fault, milliseconds: longer than all attempts of the recipe's script but one. */
const watchMs = 20_000;

/** Faults that stack and recipe are measured with, by their numbers in the matrix. */
const faults: Record<string, { title: string; breaks: (active: string) => Promise<unknown> }> = {
  F3: {
    title: "HAProxy frozen",
    breaks: (server) => inject({ fault: "kill", server, unit: "haproxy.service", signal: "STOP" }),
  },
  F5: {
    title: "active node loses power",
    breaks: (server) => inject({ fault: "power-off", server }),
  },
};

async function ids(): Promise<RecipeIds> {
  const [floatingIps, servers] = [await cloudFloatingIps(), await cloudServers()];
  return {
    floatingIp: floatingIps.find(({ type }) => type === "ipv4")!.id,
    servers: Object.fromEntries(servers.map(({ name, id }) => [name, id])),
  };
}

async function answersAgain(url: string): Promise<void> {
  await waitUntil(
    "the site",
    async () => {
      const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
      if (!response.ok) throw new Error(`status ${response.status}`);
      return true;
    },
    { timeoutSeconds: 120 },
  );
}

/** Longest outage in milliseconds that a prober sees from the fault to the end of the watch. */
async function outageOf(outputs: StackOutputs, breaks: (active: string) => Promise<unknown>) {
  const url = new URL("/healthz", outputs.url).href;
  await answersAgain(url);
  const active = await holder();
  const prober = new Prober(url, 50, false);
  prober.start();
  try {
    await pause(1_000);
    await breaks(active);
    await pause(watchMs);
  } finally {
    await prober.stop();
    await healInjected();
    const resume = "sudo systemctl kill -s CONT haproxy.service";
    await runOnNode(outputs, active, resume).catch(() => undefined);
  }
  const { outageMs } = seen(prober.probes);
  const last = prober.probes.filter(({ status }) => status === 200).map(({ atMs }) => atMs);
  const end = Math.max(...prober.probes.map(({ atMs }) => atMs));
  // The site did not answer any more: the outage is as long as the watch.
  return Math.max(outageMs, Math.round(end - Math.max(0, ...last)));
}

async function recipeOutages(
  outputs: StackOutputs,
  runs: number,
): Promise<Record<string, number[]>> {
  const found: Record<string, number[]> = {};
  await installRecipe(outputs, await ids());
  try {
    for (const [id, { breaks }] of Object.entries(faults)) {
      found[id] = [];
      for (let run = 1; run <= runs; run++) {
        // Time for the node to recover and, with the recipe's fail-back, to take the address again.
        await pause(15_000);
        const outageMs = await outageOf(outputs, breaks);
        console.log(`usual recipe ${id} run ${run}: ${outageMs} ms`);
        found[id].push(outageMs);
      }
    }
  } finally {
    await pause(10_000);
    await removeRecipe(outputs);
  }
  return found;
}

/** `npm run bench:edge [-- --runs N]`: outages of this stack and of the usual recipe, in one run. */
async function main(): Promise<void> {
  const options = { runs: { type: "string", default: "3" } } as const;
  const runs = Number(parseArgs({ options }).values.runs);
  if (!Number.isInteger(runs) || runs < 1)
    throw new Error("usage: npm run bench:edge [-- --runs N]");
  const outputs = readOutputs();
  takeLock(localPaths.drillLock, "npm run bench:edge");
  const own: Record<string, number[]> = {};
  for (const id of Object.keys(faults)) {
    const drill = edgeDrills.find((each) => each.id === id)!;
    own[id] = [];
    for (let run = 1; run <= runs; run++) {
      const { outageMs } = await drill.run(outputs);
      console.log(`this stack ${id} run ${run}: ${outageMs} ms`);
      own[id].push(outageMs);
    }
  }
  const recipe = await recipeOutages(outputs, runs);
  await waitForNormal(outputs, 180);
  for (const [id, { title }] of Object.entries(faults)) {
    const [ours, theirs] = [median(own[id]!)!, median(recipe[id]!)!];
    const atLeast = theirs >= watchMs ? "at least " : "";
    console.log(
      `${id} ${title}: median ${ours} ms here, ${atLeast}${theirs} ms with the usual recipe; ` +
        `${atLeast}${(theirs / ours).toFixed(1)} times as long`,
    );
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { growth, type Measured, table } from "./bench/reports";
import { type Config, HostlessStack } from "./hostless/hostless-stack";
import { MemoryCloud } from "./hostless/memory-cloud";
import { repositoryRoot } from "./local/paths";

/** Numbers of nodes of the compared stacks. */
const sizes = [9, 30, 60, 90];

/**
 * The settings of a stack of that many nodes: two load balancers, three databases, and the rest divided between web and
 * app.
 */
function settings(nodes: number): Config {
  const file = readFileSync(join(repositoryRoot, "Pulumi.local.yaml"), "utf8");
  const { config } = parse(file) as { config: Record<string, object> };
  const rest = nodes - 5;
  const web = Math.floor(rest / 2);
  return {
    ...config,
    "webstack:web": { ...config["webstack:web"], count: web },
    // With the usual pool the databases would not take the connections of so many nodes.
    "webstack:app": { ...config["webstack:app"], count: rest - web, databasePool: 1 },
  };
}

/** Largest memory of this process while `work` runs, MiB, and the duration of `work`, seconds. */
async function watched(work: () => Promise<unknown>): Promise<{ seconds: number; mib: number }> {
  let max = 0;
  const measure = () => void (max = Math.max(max, process.memoryUsage.rss()));
  const timer = setInterval(measure, 100);
  const start = performance.now();
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  measure();
  return { seconds: (performance.now() - start) / 1000, mib: max / 2 ** 20 };
}

async function measured(nodes: number): Promise<Measured> {
  const cloud = new MemoryCloud();
  try {
    await cloud.start();
    const stack = await HostlessStack.create(cloud, { name: "bench", say: console.error });
    const base = settings(nodes);
    const up = await watched(() => stack.up(base));
    const made = await cloud.calls();
    const stateKib = JSON.stringify(await stack.state()).length / 1024;
    const edited = {
      ...base,
      "webstack:web": { ...(base["webstack:web"] as object), maxBodyMib: 20 },
    };
    const before = await cloud.calls();
    const nothing = await watched(() => stack.preview(base));
    const edit = await watched(() => stack.preview(edited));
    const calls = (await cloud.calls()) - before;
    return {
      ...{
        nodes,
        upSeconds: up.seconds,
        nothingSeconds: nothing.seconds,
        editSeconds: edit.seconds,
      },
      ...{ upCalls: made, previewCalls: calls / 2, stateKib },
      memoryMib: Math.max(up.mib, nothing.mib, edit.mib),
    };
  } finally {
    await cloud.stop();
  }
}

/**
 * `npm run bench:plan [-- 9 30 …]`: what a stack of so many nodes costs the engine, on a cloud without hosts: time of an
 * up, of a preview without a change and of one with an edit of every web node, API calls, memory of the program, size of
 * the state; and how all of it grows.
 */
async function main(): Promise<void> {
  const [word, ...others] = process.argv.slice(2);
  if (word === "--one") return void console.log(JSON.stringify(await measured(Number(others[0]))));
  const counts = (word === undefined ? [] : [word, ...others]).map(Number);
  const bad = counts.find((nodes) => !(Number.isInteger(nodes) && nodes >= 7 && nodes <= 98));
  if (bad !== undefined) throw new Error("usage: npm run bench:plan [-- <nodes, 7 to 98> …]");
  const all = (counts.length > 0 ? counts : sizes).map(inOwnProcess);
  console.log(table(all));
  if (all.length > 1) console.log(growth(all));
}

/** Each stack is measured in a process of its own, so that the memory of an earlier one is not counted. */
function inOwnProcess(nodes: number): Measured {
  console.error(`${nodes} nodes`);
  const words = ["--import", require.resolve("tsx"), __filename, "--one", String(nodes)];
  const output = execFileSync(process.execPath, words, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(output) as Measured;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

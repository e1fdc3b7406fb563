import { spawn } from "node:child_process";
import { repositoryRoot } from "./local/paths";
import { waitUntil } from "./local/wait-until";
import { cloudProject, deleteServer } from "./operate/cloud-project";
import { confirmed } from "./operate/confirm";
import { databaseStates, primaryOf } from "./operate/databases";
import { edgeStates, holderOf } from "./operate/edge";
import { outOfService } from "./operate/in-service";
import { operatedStack, outputsOf } from "./operate/operated-stack";
import type { StackOutputs } from "./operate/outputs";
import { rollOrder } from "./operate/roll-order";
import { stepAside, stepBack } from "./operate/step-aside";

/** Time for a stack to be in service after its `up`, which waits for each node itself; seconds. */
const serviceSeconds = 120;

async function waitForService(outputs: StackOutputs, timeoutSeconds: number): Promise<void> {
  await waitUntil(
    "every node in service",
    async () => {
      const names = await outOfService(outputs);
      if (names.length > 0) throw new Error(`not in service: ${names.join(", ")}`);
      return true;
    },
    { timeoutSeconds, intervalMs: 2_000 },
  );
}

/** The command that makes again what is missing. */
function upCommand(stack: string | undefined): string[] {
  if (stack === undefined) return ["npm", "run", "--silent", "up:local", "--", "--refresh"];
  return ["pulumi", "up", "--refresh", "--yes", "--skip-preview", "--stack", stack];
}

function run([program = "", ...words]: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { cwd: repositoryRoot, stdio: "inherit" });
    child.on("error", reject);
    child.on("close", (status) => {
      if (status === 0) return resolve();
      reject(new Error(`${[program, ...words].join(" ")} failed; run it again to go on`));
    });
  });
}

/** Replaces one node's server; returns the outputs with the new one. */
async function replace(
  outputs: StackOutputs,
  name: string,
  stack: string | undefined,
): Promise<StackOutputs> {
  const node = outputs.nodes.find((one) => one.name === name)!;
  const { serverId } = node;
  if (serverId === undefined)
    throw new Error("the outputs are of an earlier release; run up first");
  const project = cloudProject(stack);
  await stepAside(outputs, node, (text) => console.log(text));
  console.log(`${name}: deletes server ${serverId}`);
  try {
    await deleteServer(project, serverId);
  } catch (error) {
    await stepBack(outputs, node);
    throw error;
  }
  await run(upCommand(stack));
  const made = outputsOf(stack);
  await waitForService(made, serviceSeconds);
  console.log(`${name}: in service again, on a new server`);
  return made;
}

/**
 * `npm run roll -- <tier or node> ... [--yes] [--stack <name>]`: replaces servers one at a time, each
 * once all nodes are in service, so that the site goes on. Stops at the first one that fails.
 */
async function main(): Promise<void> {
  const { stack, words, yes, ...operated } = operatedStack(process.argv.slice(2));
  let { outputs } = operated;
  const busy = [primaryOf(await databaseStates(outputs)), holderOf(await edgeStates(outputs))];
  const names = rollOrder(outputs, words, busy).map(({ name }) => name);
  console.log(`replaces, one after the other: ${names.join(", ")}`);
  await waitForService(outputs, 10);
  if (!yes) await confirmed(words.join(" "));
  for (const name of names) {
    await waitForService(outputs, serviceSeconds);
    outputs = await replace(outputs, name, stack);
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

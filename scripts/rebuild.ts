import { confirmed } from "./operate/terminal";
import { edgeStates, holderOf } from "./operate/edge";
import { finishEarlier } from "./operate/served-again";
import { hostsOf, withTurn } from "./operate/hosts";
import { operatedStack } from "./operate/operated-stack";
import type { StackNode, StackOutputs } from "./operate/outputs";
import { oneByOne } from "./operate/roll-order";
import { rebuildOrder, rebuildServer } from "./operate/server-replacement";

/** Command that prints the path of one file that the app wrote on its node, if there is one. */
const firstFile = "sudo find /var/lib/app -type f -print -quit 2>/dev/null || true";

/** Lines about app nodes with files that the rebuild would delete. */
async function lossLines(outputs: StackOutputs, nodes: readonly StackNode[]): Promise<string[]> {
  const queries = nodes
    .filter(({ role }) => role === "app")
    .map(async ({ name }) => {
      const path = await hostsOf(outputs)
        .run(name, firstFile)
        .catch(() => "");
      return path.trim() === ""
        ? []
        : [`${name}: the app's own files are lost, such as ${path.trim()}`];
    });
  return (await Promise.all(queries)).flat();
}

/**
 * `npm run rebuild -- <tier or node> ... [--yes] [--stack <name>]`: empties servers and configures them again in
 * place, with the same id and addresses. The command rebuilds one server at a time, once all others are in service, so
 * that the site keeps serving. Stops at the first server that fails; the same command finishes an interrupted one.
 */
async function main(): Promise<void> {
  const { stack, words, yes, ...operated } = operatedStack(process.argv.slice(2), {
    dangerous: "npm run rebuild",
  });
  const holder = () => edgeStates(operated.outputs).then(holderOf);
  // Wrong arguments are refused before any request over the network.
  rebuildOrder(operated.outputs, words, []);
  const nodes = rebuildOrder(operated.outputs, words, [await holder()]);
  const names = nodes.map(({ name }) => name);
  console.log(`empties and sets up again, one after the other: ${names.join(", ")}`);
  for (const line of await lossLines(operated.outputs, nodes)) console.log(line);
  if (!yes) await confirmed(words.join(" "));
  let { outputs } = operated;
  await withTurn(
    () => outputs,
    "npm run rebuild",
    async (turn) => {
      const left = await finishEarlier(outputs, names, stack, ({ hostKey }) => hostKey);
      outputs = left.outputs;
      const keepTurn = () => turn.renew();
      await oneByOne(left.names, { command: "npm run rebuild", stack }, async (name) => {
        const how = { stack, isOut: left.out.has(name), keepTurn };
        outputs = await rebuildServer(outputs, name, how);
      });
    },
  );
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

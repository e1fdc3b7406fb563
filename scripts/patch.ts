import { unhealthyIn } from "../rolling/neighbours";
import { patchNode, pendingOf } from "../rolling/patching";
import { localPaths } from "./local/paths";
import { takeLock } from "./local/processes";
import { cloudProject, rebootServer } from "./operate/cloud-project";
import { chosenStack } from "./operate/chosen-stack";
import { confirmed } from "./operate/terminal";
import { databaseStates, primaryOf } from "./operate/databases";
import { edgeStates, holderOf } from "./operate/edge";
import { hostsOf, withTurn } from "./operate/hosts";
import { outputsOf } from "./operate/operated-stack";
import { serverIdOf, type StackNode, type StackOutputs } from "./operate/outputs";
import { nodeOrder, onlyOne } from "./operate/roll-order";
import {
  type PatchOptions,
  parseCommandLine,
  patchedLine,
  pendingLines,
} from "./patch/command-line";

/**
 * `npm run patch [-- <tier or node> ... --stack <name> --check --reboot --outage --yes]`: upgrades the packages of
 * the nodes, MySQL and the kernel included, one node of the stack at a time, and reboots a node if something asks
 * for it. Stops at the first node that fails.
 */
async function main(): Promise<void> {
  const named = parseCommandLine(process.argv.slice(2));
  const stack = chosenStack(named.stack, named.isCheck ? {} : { dangerous: "npm run patch" });
  const options = { ...named, stack };
  const outputs = outputsOf(stack);
  if (options.isCheck) return check(outputs, nodeOrder(outputs, options.words, [], "check"));
  const nodes = nodeOrder(outputs, options.words, [], "patch");
  const alone = options.allowsOutage ? undefined : onlyOne(outputs, nodes);
  if (alone) {
    throw new Error(
      `${alone.name} is the only one of its tier, which is off meanwhile; make the tier larger, ` +
        "name other nodes, or allow it with --outage",
    );
  }
  if (stack === undefined) takeLock(localPaths.lock, "npm run patch");
  await withTurn(
    () => outputs,
    "npm run patch",
    (turn) => patch(outputs, options, () => turn.renew()),
  );
}

/** Lists the changes of an upgrade. @throws Error with the nodes that did not answer. */
async function check(outputs: StackOutputs, nodes: readonly StackNode[]): Promise<void> {
  const hosts = hostsOf(outputs);
  const queries = nodes.map(({ name }) =>
    pendingOf(hosts, name).then((pending) => pendingLines(name, pending)),
  );
  const answers = await Promise.allSettled(queries);
  const silent: string[] = [];
  for (const [i, answer] of answers.entries()) {
    const { name } = nodes[i]!;
    if (answer.status === "fulfilled") console.log(answer.value.join("\n"));
    else silent.push(`${name}: ${(answer.reason as Error).message.trim()}`);
  }
  if (silent.length > 0) throw new Error(silent.join("\n"));
}

async function patch(
  outputs: StackOutputs,
  options: PatchOptions,
  keepTurn: () => Promise<boolean>,
): Promise<void> {
  const { stack, words, yes, rebootsAlways, allowsOutage } = options;
  const nodes = await ordered(outputs, words);
  const names = nodes.map(({ name }) => name).join(", ");
  console.log(`patches, one after the other: ${names}`);
  if (!yes) await confirmed("patch");
  const project = cloudProject(stack);
  const dependencies = {
    ...{ hosts: hostsOf(outputs), rebootsAlways, allowsOutage, keepTurn },
    say: (line: string) => console.log(line),
    reboot: ({ name }: { name: string }) =>
      rebootServer(project, serverIdOf(nodes.find((node) => node.name === name)!)),
  };
  for (const node of nodes) {
    await keepTurn();
    const begun = Date.now();
    try {
      const patched = await patchNode(dependencies, node);
      const seconds = Math.round((Date.now() - begun) / 1000);
      console.log(patchedLine(node.name, patched, seconds));
    } catch (error) {
      const text =
        "no other node was begun. Mend the cause and run `npm run patch` again: it goes on with what is left";
      throw new Error(`${node.name}: ${(error as Error).message}; ${text}`, { cause: error });
    }
  }
}

/** The nodes in their order; a node that an earlier run left out of service comes before all others. */
async function ordered(outputs: StackOutputs, words: readonly string[]): Promise<StackNode[]> {
  const hosts = hostsOf(outputs);
  const busy = [primaryOf(await databaseStates(outputs)), holderOf(await edgeStates(outputs))];
  const nodes = nodeOrder(outputs, words, busy, "patch");
  const tiers = [...new Set(nodes.map(({ role }) => role))];
  const sick = await Promise.all(tiers.map((role) => unhealthyIn(hosts, role)));
  const isSick = ({ name }: StackNode) => sick.some((names) => names.has(name));
  return [...nodes.filter(isSick), ...nodes.filter((node) => !isSick(node))];
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

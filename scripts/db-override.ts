import { confirmed } from "./operate/terminal";
import { isSentTo } from "../rolling/neighbours";
import { databaseStates } from "./operate/databases";
import { hostsOf } from "./operate/hosts";
import { operatedStack } from "./operate/operated-stack";
import { askToOverride, queryThroughAll, reachedBy, seenThroughAny } from "./operate/override";
import { epochOf, waitForOverride } from "./operate/override-end";
import { lossLines, refusal } from "./operate/override-loss";
import { runOnNode } from "./operate/ssh";

/**
 * `npm run db:override -- <node> [--yes] [--stack <name>]`: after a loss of all nodes, founds the group with that node
 * although the rule demands a wait. Transactions that only unreachable nodes have are lost. Succeeds once that node takes
 * writes.
 */
async function main(): Promise<void> {
  const { outputs, words, yes } = operatedStack(process.argv.slice(2), {
    dangerous: "npm run db:override",
  });
  const names = outputs.nodes.filter(({ role }) => role === "db").map(({ name }) => name);
  const [node] = words;
  if (!node || !names.includes(node)) {
    throw new Error(
      `usage: npm run db:override -- ${names.join("|")} [--yes] [--stack <name>]; got ${JSON.stringify(node ?? "")}`,
    );
  }
  const ways = await queryThroughAll(outputs, databaseStates);
  const against = refusal({ node, ways, reached: [] });
  if (against) throw new Error(against);
  const facts = { node, ways, reached: await reachedBy(outputs, node, runOnNode) };
  for (const line of lossLines(facts)) console.log(line);
  if (!yes) await confirmed(node);
  const epochBefore = epochOf(seenThroughAny(ways), node);
  const { accepted, reason } = await askToOverride(outputs, node, runOnNode);
  if (!accepted) throw new Error(`${node} refused: ${reason}`);
  console.log(`${node} accepted: ${reason}`);
  const hosts = hostsOf(outputs);
  await waitForOverride(node, epochBefore, {
    states: () => databaseStates(outputs),
    isSentTo: () =>
      isSentTo(
        hosts,
        hosts.nodes.find(({ name }) => name === node)!,
      ),
  });
  console.log(`${node} is the primary, and takes writes`);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

import { confirmed } from "./operate/terminal";
import { databaseStates, primaryOf } from "./operate/databases";
import { operatedStack } from "./operate/operated-stack";
import type { StackOutputs } from "./operate/outputs";
import { askToOverride, queryThroughAll, reachedBy } from "./operate/override";
import { lossLines, refusal } from "./operate/override-loss";
import { runOnNode } from "./operate/ssh";

/** Longest founding of the group, milliseconds. */
const foundingMs = 60_000;

/** Waits until the node is the primary. @throws Error with what it waits for. */
async function waitForPrimary(outputs: StackOutputs, node: string): Promise<void> {
  let now = await databaseStates(outputs);
  for (const end = Date.now() + foundingMs; Date.now() < end;) {
    now = await databaseStates(outputs);
    if (primaryOf(now) === node) return console.log(`${node} is the primary`);
  }
  const waits = now.get(node)?.waiting || "nothing that it says";
  throw new Error(
    `no primary within ${foundingMs / 1_000} s; ${node} waits for: ${waits}; see: npm run db:status`,
  );
}

/**
 * `npm run db:override -- <node> [--yes] [--stack <name>]`: after a loss of all nodes, founds the group with that node
 * although the rule demands a wait. Transactions that only unreachable nodes have are lost.
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
  const sight = { node, ways, reached: await reachedBy(outputs, node, runOnNode) };
  for (const line of lossLines(sight)) console.log(line);
  if (!yes) await confirmed(node);
  const { accepted, reason } = await askToOverride(outputs, node, runOnNode);
  if (!accepted) throw new Error(`${node} refused: ${reason}`);
  console.log(`${node} accepted: ${reason}`);
  await waitForPrimary(outputs, node);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

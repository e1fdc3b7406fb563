import { confirmed } from "./operate/confirm";
import { databaseStates, primaryOf } from "./operate/databases";
import { operatedStack } from "./operate/operated-stack";
import { runOnNode } from "./operate/ssh";

/**
 * `npm run db:override -- <node> [--yes] [--stack <name>]`: after a loss of all nodes, makes the group of that node
 * though the rule says wait. What only nodes have that cannot be seen is lost.
 */
async function main(): Promise<void> {
  const { outputs, words, yes } = operatedStack(process.argv.slice(2));
  const [node] = words;
  const states = await databaseStates(outputs);
  if (!node || !states.has(node)) {
    throw new Error(
      `usage: npm run db:override -- ${[...states.keys()].join("|")} [--yes] [--stack <name>]`,
    );
  }
  const primary = primaryOf(states);
  if (primary) throw new Error(`${primary} is the primary; there is nothing to override`);
  const self = states.get(node);
  if (!self) throw new Error(`the supervisor of ${node} does not answer`);
  console.log(`${node} has   ${self.gtid || "nothing"}`);
  for (const [name, state] of states) {
    if (name === node) continue;
    console.log(`${name} has   ${state ? state.gtid || "nothing" : "unknown: it cannot be seen"}`);
  }
  console.log(`last primary: ${self.lastView?.primary ?? "unknown"}`);
  console.log(`What others have beyond ${node} is lost when they come back.`);
  if (!yes) await confirmed(node);
  await runOnNode(
    outputs,
    node,
    `echo ${node} | sudo tee /var/lib/webstack-supervisor/override >/dev/null`,
  );
  let now = states;
  for (const end = Date.now() + 60_000; Date.now() < end;) {
    now = await databaseStates(outputs);
    if (primaryOf(now) === node) return console.log(`${node} is the primary`);
  }
  const waits = now.get(node)?.waiting || "nothing that it says";
  throw new Error(`no primary within 60 s; ${node} waits for: ${waits}; see: npm run db:status`);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

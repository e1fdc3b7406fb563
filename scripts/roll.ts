import { confirmed } from "./operate/terminal";
import { databaseStates, primaryOf } from "./operate/databases";
import { edgeStates, holderOf } from "./operate/edge";
import { operatedStack } from "./operate/operated-stack";
import { withTurn } from "./operate/hosts";
import { discardIn } from "./operate/only-copy";
import { replaceServer } from "./operate/server-replacement";
import { oneByOne, rollOrder } from "./operate/roll-order";
import { finishEarlier } from "./operate/served-again";

/**
 * `npm run roll -- <tier or node> ... [--yes] [--discard] [--stack <name>]`: replaces servers one at a time, each once all others
 * are in service, so that the site keeps serving. Stops at the first server that fails; the same command finishes an
 * interrupted one. `--discard` gives up what only a database's server has, such as saved transactions.
 */
async function main(): Promise<void> {
  const { args, discards } = discardIn(process.argv.slice(2));
  const { stack, words, yes, ...operated } = operatedStack(args, {
    dangerous: "npm run roll",
  });
  let { outputs } = operated;
  // Wrong arguments are refused before any request over the network.
  rollOrder(outputs, words, []);
  const busy = [primaryOf(await databaseStates(outputs)), holderOf(await edgeStates(outputs))];
  const names = rollOrder(outputs, words, busy).map(({ name }) => name);
  console.log(`replaces, one after the other: ${names.join(", ")}`);
  if (!yes) await confirmed(words.join(" "));
  await withTurn(
    () => outputs,
    "npm run roll",
    async (turn) => {
      const left = await finishEarlier(outputs, names, stack, ({ serverId }) => serverId);
      outputs = left.outputs;
      const keepTurn = () => turn.renew();
      await oneByOne(left.names, { command: "npm run roll", stack }, async (name) => {
        const how = { stack, isOut: left.out.has(name), keepTurn, discards };
        outputs = await replaceServer(outputs, name, how);
      });
    },
  );
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

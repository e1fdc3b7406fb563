import { confirmed } from "./operate/terminal";
import { databaseStates, primaryOf } from "./operate/databases";
import { edgeStates, holderOf } from "./operate/edge";
import { operatedStack } from "./operate/operated-stack";
import { waitForService, withTurn } from "./operate/hosts";
import { replaceServer } from "./operate/server-replacement";
import { rollOrder } from "./operate/roll-order";
import { serviceSeconds } from "./operate/served-again";

/** Longest wait for a stack that was disturbed a moment ago to be in service, seconds. */
const settledSeconds = 60;

/**
 * `npm run roll -- <tier or node> ... [--yes] [--stack <name>]`: replaces servers one at a time, each once all nodes
 * are in service, so that the site keeps serving. Stops at the first server that fails.
 */
async function main(): Promise<void> {
  const { stack, words, yes, ...operated } = operatedStack(process.argv.slice(2), {
    dangerous: "npm run roll",
  });
  let { outputs } = operated;
  const busy = [primaryOf(await databaseStates(outputs)), holderOf(await edgeStates(outputs))];
  const names = rollOrder(outputs, words, busy).map(({ name }) => name);
  console.log(`replaces, one after the other: ${names.join(", ")}`);
  await waitForService(outputs, settledSeconds);
  if (!yes) await confirmed(words.join(" "));
  await withTurn(
    () => outputs,
    "npm run roll",
    async (turn) => {
      for (const name of names) {
        await turn.renew();
        await waitForService(outputs, serviceSeconds);
        outputs = await replaceServer(outputs, name, stack);
      }
    },
  );
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

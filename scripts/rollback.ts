import { cachedRelease } from "../release/pack";
import { releasesFolder } from "../release/packed-app";
import { parseCommandLine } from "./deploy/command-line";
import { pinnedCommand, pinnedRuntime, appIn } from "./deploy/stack-file";
import { rollbackTarget } from "./deploy/rollback-target";
import { carryOut, consent, openSession } from "./deploy/session";
import { repositoryRoot } from "./local/paths";
import { chosenStack } from "./operate/chosen-stack";
import { releasesOf, releaseText, runningLines } from "./operate/releases";

const usage = "npm run rollback -- [--stack <name>] [--yes] [first 8 or more digits of a release]";

/**
 * `npm run rollback -- [--stack S] [--yes] [digest]`: switches back to a release that ran before and that the nodes
 * still have.
 */
async function main(): Promise<void> {
  const words = parseCommandLine(process.argv.slice(2), usage);
  const order = { ...words, stack: chosenStack(words.stack, { dangerous: "npm run rollback" }) };
  const session = openSession(order, "npm run rollback");
  const { outputs, text, say } = session;
  const states = await releasesOf(outputs);
  say(`runs on ${session.stack}:`);
  for (const line of runningLines(states)) say(`  ${line}`);
  const { digest, ran, why } = rollbackTarget(states, order.word);
  const app = appIn(text);
  const onHosts = [...states.values()].map((state) => state?.facts.get(digest)).find(Boolean);
  const facts = onHosts ?? cachedRelease(releasesFolder(repositoryRoot), digest).facts;
  if (app.release === digest && [...states.values()].every((one) => one?.current === digest)) {
    return say(`${releaseText(digest, facts)} runs already; nothing was done`);
  }
  const command = await pinnedCommand(outputs, { digest, facts, app });
  const runtime = pinnedRuntime({ digest, facts, app });
  say(`is to run: ${releaseText(digest, facts)} (${why})`);
  if (!ran)
    say("no node remembers that it ran: its migration may be missing, which npm run deploy runs");
  say("no migration is undone, and none is run: the database stays as it is");
  await consent(session, order);
  await carryOut(session, order, {
    named: {
      pin: digest,
      ...(command === undefined ? {} : { command }),
      ...(runtime === undefined ? {} : { runtime }),
    },
    saysCommand: command !== undefined,
    onFailure: `to go on: npm run rollback -- --stack ${session.stack} ${digest.slice(0, 12)}`,
  });
  say("it stays until npm run deploy, whatever app.path or app.url hold");
}

main().catch((error: Error) => {
  console.error(`\nrollback stopped: ${error.message}`);
  process.exit(error.message.startsWith("interrupted") ? 130 : 1);
});

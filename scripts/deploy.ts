import { packedRelease } from "../program";
import { parseCommandLine, namedRelease } from "./deploy/command-line";
import { carryOut, consent, openSession, sizeText } from "./deploy/session";
import { appIn, naming } from "./deploy/stack-file";
import { buildRelease } from "./deploy/build-release";
import { repositoryRoot } from "./local/paths";
import { chosenStack } from "./operate/chosen-stack";
import { releasesOf, releaseText, runningLines } from "./operate/releases";

const usage =
  "npm run deploy -- [--stack <name>] [--yes] [<directory> | <https URL of a .tar.gz file>@<SHA-256>]";

/**
 * `npm run deploy -- [--stack S] [--yes] [path | url@sha256]`: deploys the app to its nodes, one after the other, and
 * changes nothing else.
 */
async function main(): Promise<void> {
  const words = parseCommandLine(process.argv.slice(2), usage);
  const order = { ...words, stack: chosenStack(words.stack) };
  const session = openSession(order, "npm run deploy");
  const { outputs, text, upCommand, steps, say } = session;
  const isBuilt = "build" in appIn(text);
  const from = process.env.INIT_CWD ?? process.cwd();
  const named =
    order.word === undefined
      ? "unpinned"
      : namedRelease(order.word, { from, root: repositoryRoot, isBuilt });
  const settings = naming(text, named);
  say(`runs on ${session.stack}:`);
  for (const line of runningLines(await releasesOf(outputs))) say(`  ${line}`);
  const { release, facts } = await steps.step(
    "built and packed",
    () => buildRelease(settings, repositoryRoot, order.stack === undefined),
    ({ release: { url, archive } }) => (url ? url : `built and packed, ${sizeText(archive!)}`),
  );
  say(`is to run: ${releaseText(release.digest, facts)}`);
  await consent(session, order);
  // Each run of the program takes the packed release, and packs nothing itself.
  if (release.archive) process.env[packedRelease] = release.digest;
  else delete process.env[packedRelease];
  await carryOut(session, order, {
    named,
    delivered: release,
    saysCommand: !("command" in appIn(settings)),
    ...(order.word === undefined
      ? {}
      : {
          onMore: `an app that is run another way than the one before is an edit: name it in the stack file, then ${upCommand}`,
        }),
    onFailure:
      "to go on: mend the cause and run npm run deploy again; nodes that have the release are passed over",
  });
}

main().catch((error: Error) => {
  console.error(`\ndeploy stopped: ${error.message}`);
  process.exit(error.message.startsWith("interrupted") ? 130 : 1);
});

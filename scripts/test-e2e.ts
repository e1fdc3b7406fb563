import { writeFileSync } from "node:fs";
import { clientsStory } from "../test/e2e/clients";
import { goldenFilesStory } from "../test/e2e/golden-files";
import { rollingStory } from "../test/e2e/rolling-story";
import { tell, type Story, type Tally } from "../test/e2e/story";
import { wholeStackStory } from "../test/e2e/whole-stack";

const stories: Record<string, () => Story> = {
  clients: clientsStory,
  "golden-files": goldenFilesStory,
  rolling: rollingStory,
  "whole-stack": wholeStackStory,
};

/** `npm run test:e2e [-- <story> ...]`: runs the stories on real hosts of the local cloud. */
async function main(): Promise<void> {
  const chosen = process.argv.slice(2);
  const unknown = chosen.filter((name) => !(name in stories));
  if (unknown.length > 0) {
    throw new Error(
      `no story ${unknown.join(", ")}; there are: ${Object.keys(stories).join(", ")}`,
    );
  }
  const tally: Tally = { passed: 0, failed: 0, skipped: 0, failures: [] };
  for (const name of chosen.length > 0 ? chosen : Object.keys(stories)) {
    const story = stories[name];
    if (story) await tell(story(), tally);
  }
  if (process.env.E2E_TALLY) writeFileSync(process.env.E2E_TALLY, JSON.stringify(tally));
  for (const failure of tally.failures) console.log(`\n${failure}`);
  const skipped = tally.skipped > 0 ? `, ${tally.skipped} skipped` : "";
  console.log(`\n${tally.passed} passed, ${tally.failed} failed${skipped}`);
  process.exitCode = tally.failed > 0 || tally.passed === 0 ? 1 : 0;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

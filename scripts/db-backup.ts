import { takeBase } from "./operate/archive";
import { operatedStack } from "./operate/operated-stack";

/** Longest time for a base, milliseconds. */
const longestMs = 24 * 3_600_000;

/** `npm run db:backup [-- --stack <name>]`: takes a copy of all data into the bucket, now. */
async function main(): Promise<void> {
  const { outputs } = operatedStack(process.argv.slice(2));
  const begun = Date.now();
  const node = await takeBase(outputs, longestMs);
  console.log(`a base was taken on ${node} in ${((Date.now() - begun) / 1_000).toFixed(0)} s`);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

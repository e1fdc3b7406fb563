import { takeBase } from "./operate/archive";
import { operatedStack } from "./operate/operated-stack";

/** Longest time for a base, milliseconds. */
const longestMs = 24 * 3_600_000;

/** `npm run db:backup [-- --dump] [--stack <name>]`: takes a base of all data now; with `--dump` also a dump. */
async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const { outputs } = operatedStack(args.filter((word) => word !== "--dump"));
  const withDump = args.includes("--dump");
  const begun = Date.now();
  const node = await takeBase(outputs, longestMs, withDump);
  const seconds = ((Date.now() - begun) / 1_000).toFixed(0);
  console.log(`a base ${withDump ? "and a dump were" : "was"} taken on ${node} in ${seconds} s`);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

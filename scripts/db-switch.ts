import {
  databaseStates,
  primaryOf,
  servingAfter,
  switchPrimary,
  whyNotServing,
} from "./operate/databases";
import { operatedStack } from "./operate/operated-stack";

/** `npm run db:switch [-- <node> --stack <name>]`: another member becomes the primary; writes pause for a moment. Fails unless it takes writes. */
async function main(): Promise<void> {
  const { outputs, words } = operatedStack(process.argv.slice(2));
  const states = await databaseStates(outputs);
  const before = primaryOf(states);
  if (!before) throw new Error("there is no primary; see: npm run db:status");
  const others = [...states].filter(
    ([name, state]) => name !== before && state?.member?.state === "ONLINE",
  );
  const to = words[0] ?? others[0]?.[0];
  if (!to) throw new Error("no other member is ONLINE; see: npm run db:status");
  if (to === before) {
    const reason = whyNotServing(states.get(to)!);
    if (reason !== undefined)
      throw new Error(`${to} is the primary, and takes no writes: ${reason}`);
    return console.log(`${to} is the primary already`);
  }
  const begun = Date.now();
  await switchPrimary(outputs, to);
  const tookMs = Date.now() - begun;
  const after = await servingAfter(to, () => databaseStates(outputs));
  console.log(`primary: ${before} before, ${after ?? "none that takes writes"} now, ${tookMs} ms`);
  if (after !== to) process.exitCode = 1;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

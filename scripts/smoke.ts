import { parseArgs } from "node:util";
import { chosenStack } from "./operate/chosen-stack";
import { testSite } from "./smoke/test-site";
import { withUsage } from "./operate/with-usage";

const usage = "npm run smoke -- [--stack <name>] [--wait <seconds>] [--strict]";

/** @throws Error with the usage. */
function parseCommandLine(): { stack?: string | undefined; wait: number; strict: boolean } {
  return withUsage(usage, () => {
    const options = {
      stack: { type: "string" },
      wait: { type: "string", default: "0" },
      strict: { type: "boolean", default: false },
    } as const;
    const { stack, wait, strict } = parseArgs({ options }).values;
    if (!/^\d{1,3}$/.test(wait)) throw new Error(`--wait must be 0 to 999 seconds, got ${wait}`);
    return { stack, strict, wait: Number(wait) };
  });
}

/**
 * `npm run smoke -- [--stack <name>] [--wait <seconds>] [--strict]`: checks that the site answers, the app is healthy,
 * each name has its certificate, and each load balancer answers at its public address. The requests go to the stack's
 * own addresses, whatever DNS has. `--wait` is the time for certificates that are still being ordered, while everything
 * else passes; with `--strict` a certificate that should have been renewed is a failure. Status 1 after a failure.
 */
async function main(): Promise<void> {
  const { stack, wait, strict } = parseCommandLine();
  const isWell = await testSite(chosenStack(stack), { certificateSeconds: wait, strict });
  if (!isWell) process.exitCode = 1;
}

main().catch((error: Error) => {
  console.error(`smoke stopped: ${error.message}`);
  process.exitCode = 1;
});

import { parseArgs } from "node:util";
import { chosenStack } from "./operate/chosen-stack";
import { testSite } from "./smoke/test-site";

const usage = "usage: npm run smoke -- [--stack <name>]";

function askedStack(): string | undefined {
  try {
    return parseArgs({ options: { stack: { type: "string" } } }).values.stack;
  } catch (error) {
    throw new Error(`${usage}; ${(error as Error).message}`, { cause: error });
  }
}

/**
 * `npm run smoke -- [--stack <name>]`: whether the site answers, the app is well, each name has its certificate, and each
 * load balancer answers where it is reached. It asks the stack's own addresses, whatever DNS says. Status 1 if not.
 */
async function main(): Promise<void> {
  if (!(await testSite(chosenStack(askedStack())))) process.exitCode = 1;
}

main().catch((error: Error) => {
  console.error(`smoke stopped: ${error.message}`);
  process.exitCode = 1;
});

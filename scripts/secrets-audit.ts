import { join } from "node:path";
import { chosenStack } from "./operate/chosen-stack";
import { cloudProject } from "./operate/cloud-project";
import { forEachNode, hostProgram, message, runProgram } from "./operate/host-program";
import { outputsOf } from "./operate/operated-stack";
import { parseCommandLine, isBad, reportLines, type Seen } from "./secrets/command-line";
import { seenHere, seenInApi, seenInBucket, seenOfState } from "./secrets/here";
import { hostOrder, searched } from "./secrets/secrets";
import { openedStack } from "./secrets/opened";
import type { ScanResult } from "./secrets/scan/result";

/** Number of hosts that are searched at the same time. */
const atOnce = 3;

async function see(name: string, scan: () => Promise<ScanResult> | ScanResult): Promise<Seen> {
  try {
    return { name, result: await scan() };
  } catch (error) {
    return { name, problem: (error as Error).message };
  }
}

/**
 * `npm run secrets:audit [-- --stack <name>] [--node <name> ...] [--allowed]`: searches a stack for secrets in places
 * where they must not be. No secret is printed. Status 1 if one is found, or a place cannot be searched.
 */
async function main(): Promise<void> {
  const { stack: named, nodes, showAllowed } = parseCommandLine(process.argv.slice(2));
  const stack = chosenStack(named);
  const outputs = outputsOf(stack);
  const opened = await openedStack(stack);
  const wanted = searched(opened.secrets);
  if (wanted.secrets.length === 0) throw new Error("the stack has no secrets; run its up first");
  const names = outputs.nodes.map(({ name }) => name);
  const unknown = nodes.find((name) => !names.includes(name));
  if (unknown) throw new Error(`--node must be one of ${names.join(", ")}, got ${unknown}`);
  const seen = [
    await see("state", () => seenOfState(opened, wanted)),
    await see("here", () => seenHere(wanted)),
    await see("cloud", () => seenInApi(cloudProject(stack), wanted)),
    await see("bucket", () => seenInBucket(stack, opened.values, wanted)),
  ];
  const program = hostProgram(join(__dirname, "secrets", "scan", "on-host.ts"));
  const input = message(program, hostOrder(wanted));
  const queue = names.filter((name) => nodes.length === 0 || nodes.includes(name));
  const ofHosts = await forEachNode(queue, atOnce, async (node) => {
    const one = await see(node, () => runProgram<ScanResult>(outputs, node, input));
    console.error(`${node} is done`);
    return one;
  });
  seen.push(...ofHosts);
  for (const line of reportLines(wanted, seen, { showAllowed })) console.log(line);
  if (isBad(seen)) process.exitCode = 1;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

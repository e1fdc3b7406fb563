import { join, relative } from "node:path";
import { isLocalEndpoint } from "../config/runtime";
import type { Answer, Evidence, NodeEvidence } from "../prove/assumption";
import { isBad, ledgerOf, lines, stackTable } from "../prove/ledger";
import { questionsOf } from "../prove/questions";
import { settingsOf } from "./doctor/settings";
import { localStackName, repositoryRoot } from "./local/paths";
import { chosenStack } from "./operate/chosen-stack";
import { cloudProject } from "./operate/cloud-project";
import { confirmed } from "./operate/terminal";
import { forEachNode, hostProgram, message, runProgram } from "./operate/host-program";
import { outputsOf } from "./operate/operated-stack";
import type { StackOutputs } from "./operate/outputs";
import { parseCommandLine, type ProveOptions } from "./prove/command-line";
import { cloudEvidence, movedUnderRequests } from "./prove/cloud";
import { saveLedger } from "./prove/ledgers";

/** Number of hosts that are queried at the same time. */
const atOnce = 3;
/** Default image of a stack file. */
const usualImage = "ubuntu-26.04";

/** Queries every node; a node that is not reached has no answers. */
async function nodesOf(outputs: StackOutputs): Promise<NodeEvidence[]> {
  const program = hostProgram(join(__dirname, "prove", "on-host.ts"));
  const all = outputs.nodes.map((node) => ({ ...node, answers: undefined }));
  const names = all.map(({ name }) => name);
  return forEachNode(names, atOnce, async (name) => {
    const node = all.find((one) => one.name === name)!;
    const input = message(program, { questions: questionsOf(node, all) });
    try {
      const answers = await runProgram<Record<string, Answer>>(outputs, name, input);
      console.error(`${name} answered`);
      return { ...node, answers };
    } catch (error) {
      console.error(`${name} WAS NOT REACHED: ${(error as Error).message}`);
      return node;
    }
  });
}

/** Moves the address if `--switch` is given; otherwise, or after a failure, returns the reason. */
async function move(
  outputs: StackOutputs,
  { moves, yes }: ProveOptions,
): Promise<Evidence["moved"]> {
  if (!moves) return "not asked for: --switch moves the address, which visitors may notice";
  if (!yes) {
    console.log("The address moves to the other load balancer; long downloads are cut.");
    await confirmed("switch");
  }
  return movedUnderRequests(outputs, (text) => console.error(text)).catch(
    (error: Error) => `not moved: ${error.message}`,
  );
}

/**
 * `npm run prove -- [--stack <name>] [--switch [--yes]] [--markdown]`: compares a running stack with assumptions of the
 * program that the local cloud cannot prove. Changes nothing without `--switch`. Status 1 if something differs or a
 * node is not reached.
 */
async function main(): Promise<void> {
  const wanted = parseCommandLine(process.argv.slice(2));
  const { isMarkdown } = wanted;
  const stack = chosenStack(wanted.stack);
  const outputs = outputsOf(stack);
  const name = stack ?? localStackName;
  const project = cloudProject(stack);
  const nodes = await nodesOf(outputs);
  const moved = await move(outputs, wanted);
  const evidence: Evidence = {
    ...{ nodes, moved, now: new Date(), floatingIp: outputs.floatingIp.ipv4 },
    floatingIpv6: outputs.floatingIp.ipv6,
    image: settingsOf(name).values["webstack:image"] ?? usualImage,
    cloud: await cloudEvidence(project, outputs).catch(
      (error: Error) => `the API was not read: ${error.message}`,
    ),
  };
  const isLocal = isLocalEndpoint(project.endpoint);
  const ledger = ledgerOf(name.split("/").at(-1)!, isLocal, evidence);
  const path = relative(repositoryRoot, saveLedger(ledger));
  console.log(isMarkdown ? stackTable(ledger) : lines(ledger).join("\n"));
  console.error(`kept in ${path}`);
  const isMissing = nodes.some(({ answers }) => answers === undefined);
  if (isMissing || isBad(ledger)) process.exitCode = 1;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

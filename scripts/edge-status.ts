import { certificateProblems } from "../rolling/certificates";
import { certificateLines } from "../rolling/edge";
import { edgeFault, edgeLine, edgeStates } from "./operate/edge";
import { operatedStack } from "./operate/operated-stack";

/**
 * `npm run edge:status [-- --stack <name>]`: which load balancer has the floating IP, since when and why; and the
 * certificates. Exit code 1 if no load balancer has the address, or one whose HAProxy is not healthy, and if a certificate
 * has ended or its renewal is late.
 */
async function main(): Promise<void> {
  const states = await edgeStates(operatedStack(process.argv.slice(2)).outputs);
  for (const [name, state] of states) console.log(edgeLine(name, state));
  for (const line of certificateLines(states)) console.log(line);
  const fault = edgeFault(states);
  const problems = certificateProblems(states, Date.now());
  if (fault !== undefined) problems.unshift(fault);
  for (const line of problems) console.log(line);
  if (problems.length > 0) process.exitCode = 1;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

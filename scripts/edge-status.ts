import { certificateLines } from "../rolling/edge";
import { edgeFault, edgeLine, edgeStates } from "./operate/edge";
import { operatedStack } from "./operate/operated-stack";

/** `npm run edge:status [-- --stack <name>]`: which load balancer has the floating IP, since when and why; and the certificates. Fails if none has it, or one whose HAProxy is not healthy. */
async function main(): Promise<void> {
  const states = await edgeStates(operatedStack(process.argv.slice(2)).outputs);
  for (const [name, state] of states) console.log(edgeLine(name, state));
  for (const line of certificateLines(states)) console.log(line);
  const fault = edgeFault(states);
  if (fault !== undefined) {
    console.log(fault);
    process.exitCode = 1;
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

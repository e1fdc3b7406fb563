import { certificateLines } from "../rolling/edge";
import { edgeLine, edgeStates, holderOf } from "./operate/edge";
import { operatedStack } from "./operate/operated-stack";

/** `npm run edge:status [-- --stack <name>]`: which load balancer has the floating IP, since when and why; and the certificates. */
async function main(): Promise<void> {
  const states = await edgeStates(operatedStack(process.argv.slice(2)).outputs);
  for (const [name, state] of states) console.log(edgeLine(name, state));
  for (const line of certificateLines(states)) console.log(line);
  if (!holderOf(states)) {
    console.log("no load balancer says that it has the address");
    process.exitCode = 1;
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

import { edgeLine, edgeStates, holderOf } from "./local/edge";
import { readOutputs } from "./local/outputs";

/** `npm run edge:status`: which load balancer has the floating IP, since when and why. */
async function main(): Promise<void> {
  const outputs = readOutputs();
  const states = await edgeStates(outputs);
  for (const [name, state] of states) console.log(edgeLine(name, state));
  if (!holderOf(states)) {
    console.log("no load balancer says that it has the address");
    process.exitCode = 1;
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

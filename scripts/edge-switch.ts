import { edgeLine, edgeStates, holderOf, loadBalancers, switchEdge } from "./operate/edge";
import { operatedStack } from "./operate/operated-stack";

/** `npm run edge:switch [-- <node> --stack <name>]`: the other load balancer takes the address, clients drained first. */
async function main(): Promise<void> {
  const { outputs, words } = operatedStack(process.argv.slice(2));
  const names = loadBalancers(outputs);
  const from = holderOf(await edgeStates(outputs));
  if (!from) throw new Error("no load balancer has the address; see: npm run edge:status");
  const to = words[0] ?? names.find((name) => name !== from)!;
  if (!names.includes(to)) {
    throw new Error(`node must be one of ${names.join(", ")}, got ${JSON.stringify(to)}`);
  }
  if (to === from) return console.log(`${to} has the address already`);
  await switchEdge(outputs, from, to, (text) => console.log(text));
  for (const [name, state] of await edgeStates(outputs)) console.log(edgeLine(name, state));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

import { certificateLines } from "../rolling/edge";
import { edgeStates, holderOf, renewCertificates } from "./operate/edge";
import { operatedStack } from "./operate/operated-stack";

/** `npm run edge:renew [-- <name> ... --stack <name>]`: orders new certificates now, whatever the age of the present ones. */
async function main(): Promise<void> {
  const { outputs, words } = operatedStack(process.argv.slice(2));
  const holder = holderOf(await edgeStates(outputs));
  if (!holder) throw new Error("no load balancer has the address; see: npm run edge:status");
  const states = await renewCertificates(outputs, holder, words, (line) => console.log(line));
  for (const line of certificateLines(states)) console.log(line);
  const silent = [...states].flatMap(([node, state]) => (state ? [] : [node]));
  if (silent.length > 0) {
    console.log(
      `${silent.join(", ")} does not answer, and fetches the certificates when it is back`,
    );
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

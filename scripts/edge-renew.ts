import { waitUntil } from "../rolling/wait-until";
import { certificateLines, requestRenewal } from "../rolling/edge";
import { edgeStates, holderOf } from "./operate/edge";
import { hostsOf } from "./operate/hosts";
import { operatedStack } from "./operate/operated-stack";

/** Longest wait, seconds: an order takes at most 180 s, and the other load balancer asks every 10 s. */
const renewedSeconds = 240;

type States = Awaited<ReturnType<typeof edgeStates>>;

/** Start of validity of each name's certificate on a load balancer. */
function startsOn(states: States, node: string): Map<string, string | undefined> {
  const names = states.get(node)?.certificates?.names ?? {};
  return new Map(Object.entries(names).map(([name, { validFrom }]) => [name, validFrom]));
}

/** The asked names whose certificate is still the one from before, on any load balancer that answers. */
function unrenewed(before: ReadonlyMap<string, string | undefined>, states: States): string[] {
  return [...before].flatMap(([name, from]) =>
    [...states.keys()].flatMap((node) => {
      if (states.get(node) === undefined) return [];
      const now = startsOn(states, node).get(name);
      if (now !== undefined && now !== from) return [];
      const failure = states.get(node)?.certificates?.names[name]?.lastFailure;
      return [`${name} on ${node}${failure === undefined ? "" : ` (${failure})`}`];
    }),
  );
}

/** `npm run edge:renew [-- <name> ... --stack <name>]`: orders new certificates now, whatever the age of the present ones. */
async function main(): Promise<void> {
  const { outputs, words } = operatedStack(process.argv.slice(2));
  const first = await edgeStates(outputs);
  const holder = holderOf(first);
  if (!holder) throw new Error("no load balancer has the address; see: npm run edge:status");
  await requestRenewal(hostsOf(outputs), holder, words);
  const all = startsOn(first, holder);
  const before = new Map([...all].filter(([name]) => words.length === 0 || words.includes(name)));
  console.log(`${holder} orders ${[...before.keys()].join(", ")}`);
  const renewed = async () => {
    const states = await edgeStates(outputs);
    const missing = unrenewed(before, states);
    if (missing.length > 0)
      throw new Error(
        `not yet: ${missing.join("; ")}; a name gets at most one certificate an hour`,
      );
    return states;
  };
  const states = await waitUntil("new certificates on each load balancer", renewed, {
    ...{ timeoutSeconds: renewedSeconds, intervalMs: 2_000 },
  });
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

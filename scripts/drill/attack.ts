import { join } from "node:path";
import { forEachNode, bootstrap, hostProgram, message, runProgram } from "../operate/host-program";
import type { StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";
import { type AttackFacts, isAllowed, triesOf } from "./attack/expected";
import type { AttackOrder, AttackReport } from "./attack/on-host";
import type { Measured } from "./drill";
import type { ScannedHost } from "./scan/expected";

/** Number of hosts that attack at the same time. */
const atOnce = 3;
/** Longest drill, milliseconds. */
const longestMs = 180_000;

/** The API's address, from the settings of the program that calls it: a broker's, otherwise the mover's. */
async function apiOf(outputs: StackOutputs, hosts: readonly ScannedHost[]): Promise<string> {
  const broker = hosts.find(({ units }) => units.includes("webstack-broker.service"));
  const { name, file } = broker
    ? { name: broker.name, file: "broker" }
    : { name: hosts.find(({ role }) => role === "lb")!.name, file: "mover" };
  const settings = await runOnNode(outputs, name, `cat /etc/webstack/${file}.json`);
  const { endpoint, api } = JSON.parse(settings) as {
    endpoint?: string;
    api?: { endpoint?: string };
  };
  const found = endpoint ?? api?.endpoint;
  if (found === undefined) throw new Error(`/etc/webstack/${file}.json of ${name} names no API`);
  return found;
}

/** Faults of a host: successes that nothing allows, and attempts without a result. */
export function violations(facts: AttackFacts, host: ScannedHost, report: AttackReport): string[] {
  const { byUnit, users, setuid } = report;
  return [
    ...users.flatMap(({ user, done, untried }) => {
      const by = { host, user, byUnit };
      const lines = [
        ...done
          .filter((one) => !isAllowed(facts, by, one))
          .map(({ way, what }) => `${way} ${what}`),
        ...untried.map((why) => `not tried: ${why}`),
      ];
      return [...new Set(lines)].map((line) => `${host.name} ${user}: ${line}`);
    }),
    ...setuid.map(
      (path) => `${host.name} everybody: runs ${path} as its owner, which no package brings so`,
    ),
  ];
}

/**
 * Attacks each host as each user of its services.
 *
 * @param hosts the stack's hosts; further targets, such as the floating addresses, are left out.
 * @throws Error if a host is not reached.
 */
export async function attackFromWithin(
  outputs: StackOutputs,
  hosts: readonly ScannedHost[],
): Promise<Measured> {
  const begun = performance.now();
  const facts = { hosts, api: await apiOf(outputs, hosts) };
  const program = hostProgram(join(__dirname, "attack", "on-host.ts"));
  const attacker = hostProgram(join(__dirname, "attack", "as-user.ts"));
  const names = outputs.nodes.map(({ name }) => name);
  const all = await forEachNode(names, atOnce, async (name) => {
    const host = hosts.find((one) => one.name === name)!;
    const tries = triesOf(facts, host);
    const manifest = "/var/lib/webstack/manifest.json";
    const order: AttackOrder = { manifest, bootstrap, program: attacker, tries };
    const report = await runProgram<AttackReport>(outputs, name, message(program, order));
    const tried = report.users.reduce((sum, one) => sum + one.tried, 0);
    const users = report.users.map(({ user }) => user).sort();
    return {
      tried,
      wrong: violations(facts, host, report),
      note: `${name} as ${users.join(", ")}`,
    };
  });
  const tookMs = performance.now() - begun;
  const wrong = all.flatMap((one) => one.wrong);
  return {
    ...{ outageMs: 0, requests: all.reduce((sum, { tried }) => sum + tried, 0), moves: 0 },
    failed: wrong.length,
    missed: tookMs > longestMs ? [`it took ${Math.round(tookMs / 1000)} s of 180`] : [],
    notes: [...wrong, ...all.map(({ note }) => note)],
  };
}

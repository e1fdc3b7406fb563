import { join } from "node:path";
import { forEachNode, hostProgram, message, runProgram } from "../operate/host-program";
import type { StackOutputs } from "../operate/outputs";
import { attackFromWithin } from "./attack";
import type { Drill, Measured } from "./drill";
import { differences, type NamedTarget, type ScannedHost, targetsOf } from "./scan/expected";
import type { ScanOrder, ScanReport } from "./scan/on-host";
import { type ScanAnswer, scanned } from "./scan/probe";

const manifest = "/var/lib/webstack/manifest.json";
/** Number of hosts that scan at the same time: each one adds some ten thousand connections to the router's table. */
const atOnce = 3;

/** Runs the program on a node. */
function ask(outputs: StackOutputs, node: string, targets: readonly NamedTarget[]) {
  const order: ScanOrder = { manifest, targets };
  const program = hostProgram(join(__dirname, "scan", "on-host.ts"));
  return runProgram<ScanReport>(outputs, node, message(program, order));
}

/** All hosts as targets, and the floating addresses. */
async function hostsOf(outputs: StackOutputs): Promise<ScannedHost[]> {
  const { nodes, floatingIp } = outputs;
  const names = nodes.map(({ name }) => name);
  const reports = await forEachNode(names, atOnce, (name) => ask(outputs, name, []));
  const hosts = nodes.map(({ name, role, privateIp, publicIp }, i): ScannedHost => {
    const { units, ipv6 } = reports[i]!;
    // Load balancers have the floating address themselves.
    const own = ipv6.filter((address) => address !== floatingIp.ipv6);
    return { name, role, units, privateIp, publicIps: [publicIp ?? [], own].flat() };
  });
  const publicIps = [floatingIp.ipv4, floatingIp.ipv6 ?? []].flat();
  const { units } = hosts.find(({ role }) => role === "lb")!;
  return [...hosts, { name: "floating", role: "lb", units, publicIps }];
}

function tried(targets: readonly NamedTarget[]): number {
  const counts = targets.map(({ awaited, tcp, udp }) => awaited.length + tcp.length + udp.length);
  return counts.reduce((sum, one) => sum + one + 1, 0);
}

function measured(requests: number, wrong: readonly string[], notes: readonly string[]): Measured {
  return { outageMs: 0, requests, failed: wrong.length, moves: 0, notes: [...wrong, ...notes] };
}

/** Scans from every host; a host without IPv6 tries no IPv6 address. */
async function fromHosts(outputs: StackOutputs): Promise<Measured> {
  const hosts = await hostsOf(outputs);
  const without: string[] = [];
  const names = outputs.nodes.map(({ name }) => name);
  const all = await forEachNode(names, atOnce, async (name) => {
    const caller = hosts.find((host) => host.name === name)!;
    const hasV6 = caller.publicIps.some((address) => address.includes(":"));
    if (!hasV6) without.push(name);
    const targets = targetsOf(caller, hosts).filter(
      ({ address }) => hasV6 || !address.includes(":"),
    );
    const { answers } = await ask(outputs, name, targets);
    return { count: tried(targets), wrong: differences(name, targets, answers) };
  });
  const requests = all.reduce((sum, { count }) => sum + count, 0);
  const wrong = all.flatMap((one) => one.wrong);
  const notes = without.length > 0 ? [`without IPv6: ${without.join(", ")}`] : [];
  return measured(requests, wrong, notes);
}

/** Scans from this machine; reports a missing IPv6 route and a missing `ping`. */
async function fromOutside(outputs: StackOutputs): Promise<Measured> {
  const targets = targetsOf({ name: "outside", role: "outside" }, await hostsOf(outputs));
  const answers = await scanned(targets);
  const { kept, notes } = judgeable(targets, answers);
  return measured(tried(kept), differences("outside", kept, answers), notes);
}

/** The targets that this machine can try, and a line for each kind of omitted ones. */
export function judgeable(
  targets: readonly NamedTarget[],
  answers: readonly ScanAnswer[],
): { kept: NamedTarget[]; notes: string[] } {
  const isV6 = ({ address }: { address: string }) => address.includes(":");
  const ofV6 = answers.filter((one) => isV6(one) && one.way.startsWith("tcp"));
  const noV6 = ofV6.length > 0 && ofV6.every(({ answer }) => answer === "no way");
  const pings = answers.filter((one) => one.way === "icmp" && !(noV6 && isV6(one)));
  const noPing = pings.length > 0 && pings.every(({ answer }) => answer === "no way");
  const kept = targets
    .filter((target) => !(noV6 && isV6(target)))
    .map((target) => (noPing ? { ...target, pings: false } : target));
  const notes = [
    ...(noV6 ? ["IPv6 not scanned: this machine has no way there"] : []),
    ...(noPing ? ["ICMP not tried: this machine has no ping"] : []),
  ];
  return { kept, notes };
}

/**
 * Scans that must find exactly the openings of docs/who-talks-to-whom.md, and attacks that must be refused. `failed`
 * counts the differences.
 */
export const scanDrills: readonly Drill[] = [
  {
    id: "S1",
    title: "scan from every host to every host",
    ...{ boundMs: 0, moves: [0, 0], failed: 0 },
    run: fromHosts,
  },
  {
    id: "S2",
    title: "scan from outside",
    ...{ boundMs: 0, moves: [0, 0], failed: 0 },
    run: fromOutside,
  },
  {
    id: "S3",
    title: "attacks as each service's user on every host",
    ...{ boundMs: 0, moves: [0, 0], failed: 0 },
    run: async (outputs) => attackFromWithin(outputs, await hostsOf(outputs)),
  },
];

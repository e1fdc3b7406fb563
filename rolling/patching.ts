import type { HostNode, Hosts } from "./hosts";
import { outOfService } from "./node-states";
import { type Front, frontFor, waitForNode, waitForOthers } from "./neighbour-waits";
import {
  askPending,
  askReboot,
  askRebooted,
  askUpgrade,
  askUpgradeLog,
  beginUpgrade,
  isUpgraded,
  isUpgrading,
  listMs,
  markReboot,
  type PackageChange,
  type Pending,
  pendingIn,
  reasonsIn,
} from "./os-updates";
import { stepAside, stepBack } from "./step-aside";
import { waitUntil } from "./wait-until";

/** Cloud, hosts and settings of an upgrade. */
export interface PatchWorld {
  hosts: Hosts;
  /** Has the cloud reboot a node's server. */
  reboot: (node: HostNode) => Promise<void>;
  /** Reports progress to the operator. */
  say: (line: string) => void;
  /** True: a node is rebooted also if nothing asks for it. */
  rebootsAlways: boolean;
  /** True: the only node of a tier is patched too, and its tier is off meanwhile. */
  allowsOutage: boolean;
}

/** Result of the upgrade of one node. */
export interface Patched {
  packages: PackageChange[];
  /** Why the node was rebooted; empty: it was not. */
  rebootReasons: string[];
  /** True if there was nothing to do. */
  isUntouched: boolean;
}

/** Longest wait for the other nodes of the stack, seconds: they may be starting. */
const wholeSeconds = 120;
/** Longest upgrade, seconds. */
const upgradeSeconds = 45 * 60;
/** Longest reboot until the host answers again, seconds. */
const rebootSeconds = 600;
/** Time between two checks, milliseconds. */
const checkMs = 2_000;

/** Pending upgrades and reboot reasons of a node. */
export async function pendingOf(hosts: Hosts, name: string): Promise<Pending> {
  return pendingIn(await hosts.run(name, askPending, listMs));
}

/**
 * Upgrades the packages of one node, and reboots it if something asks for it: the other nodes of the stack are in
 * service, the node is drained, upgraded, rebooted, and in service again as its neighbours see it.
 *
 * @throws Error if a step fails. A node that still runs got the command to return to service.
 */
export async function patchNode(world: PatchWorld, node: HostNode): Promise<Patched> {
  const { hosts, say, rebootsAlways } = world;
  const { name } = node;
  const front = await frontFor(hosts, node);
  await waitForStack(world, node, front);
  const pending = await pendingOf(hosts, name);
  const { packages } = pending;
  const isDue = packages.length > 0 || pending.isHalfDone || pending.rebootReasons.length > 0;
  if (!isDue && !rebootsAlways) {
    await waitForNode(hosts, node, front, say);
    return { packages, rebootReasons: [], isUntouched: true };
  }
  const rebootReasons = await disturb(world, node, pending).catch(async (error: unknown) => {
    await stepBack(hosts, node).catch(() => undefined);
    throw error;
  });
  if (rebootReasons.length === 0) await stepBack(hosts, node);
  await waitForNode(hosts, node, front, say);
  return { packages, rebootReasons, isUntouched: false };
}

/** Drains, upgrades and reboots a node; resolves with the reasons for the reboot, none without one. */
async function disturb(world: PatchWorld, node: HostNode, pending: Pending): Promise<string[]> {
  await drain(world, node);
  if (pending.packages.length > 0 || pending.isHalfDone) await upgrade(world, node);
  const found = reasonsIn(await world.hosts.run(node.name, askReboot, 60_000));
  const reasons = found.length === 0 && world.rebootsAlways ? ["--reboot"] : found;
  if (reasons.length > 0) await reboot(world, node);
  return reasons;
}

/** Waits until all other nodes are in service: the tier's by its neighbours, the databases by the group too. */
async function waitForStack(world: PatchWorld, node: HostNode, front: Front): Promise<void> {
  const { hosts, say, allowsOutage } = world;
  const { name, role } = node;
  const others = hosts.nodes.filter((one) => one.role === role && one.name !== name);
  if (others.length > 0) await waitForOthers(hosts, node, front, say);
  else if (!allowsOutage) throw new Error(`${name} is the only ${role} node`);
  const databases = hosts.nodes.filter((one) => one.role === "db");
  if (role !== "db" && databases.length > 1) {
    // No node is excepted: the whole group counts.
    const group = { ...databases[0]!, name: "" };
    await waitForOthers(hosts, group, await frontFor(hosts, databases[0]!), say);
  }
  const check = async () => {
    const out = (await outOfService(hosts)).filter((other) => other !== name);
    if (out.length > 0) throw new Error(`not in service: ${out.join(", ")}`);
    return true;
  };
  const options = { timeoutSeconds: wholeSeconds, intervalMs: checkMs, tell: say };
  await waitUntil("every other node in service", check, options);
}

async function drain({ hosts, say, allowsOutage }: PatchWorld, node: HostNode): Promise<void> {
  // A single load balancer cannot pass the address to another one.
  const isLone = hosts.nodes.filter(({ role }) => role === node.role).length === 1;
  if (node.role === "lb" && isLone && allowsOutage) return;
  await stepAside(hosts, node, say);
}

async function upgrade({ hosts, say }: PatchWorld, node: HostNode): Promise<void> {
  const { name } = node;
  say(`${name}: upgrades its packages`);
  await hosts.run(name, beginUpgrade(node), 60_000);
  const check = async () => {
    const answer = await hosts.run(name, askUpgrade);
    return isUpgrading(answer) ? undefined : answer;
  };
  const options = { timeoutSeconds: upgradeSeconds, intervalMs: checkMs, tell: say };
  const end = await waitUntil(`the end of the upgrade of ${name}`, check, options);
  if (isUpgraded(end)) return;
  const log = await hosts.run(name, askUpgradeLog).catch(String);
  throw new Error(`apt-get did not end well; its last lines:\n${log.trimEnd()}`);
}

async function reboot({ hosts, say, reboot }: PatchWorld, node: HostNode): Promise<void> {
  const { name } = node;
  say(`${name}: reboots`);
  await hosts.run(name, markReboot, 60_000);
  await reboot(node);
  const check = () => hosts.run(name, askRebooted).then(() => true);
  const options = { timeoutSeconds: rebootSeconds, intervalMs: checkMs, tell: say };
  await waitUntil(`${name} after its reboot`, check, options);
}

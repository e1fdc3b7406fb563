import { drain, type DrainDependencies, returned } from "./drain";
import type { HostNode, Hosts } from "./hosts";
import { frontFor, waitForNode } from "./neighbour-waits";
import { unhealthyIn } from "./neighbours";
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

/** Cloud, hosts, turn and settings of an upgrade; with `allowsOutage` the only node of a tier is patched too. */
export interface PatchDependencies extends DrainDependencies {
  /** Has the cloud reboot a node's server. */
  reboot: (node: HostNode) => Promise<void>;
  /** True: a node is rebooted also if nothing asks for it. */
  rebootsAlways: boolean;
}

/** Result of the upgrade of one node. */
export interface Patched {
  packages: PackageChange[];
  /** Why the node was rebooted; empty: it was not. */
  rebootReasons: string[];
  /** True if there was nothing to do. */
  isUntouched: boolean;
}

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
 * @throws TurnTaken if another command has the turn: the node is left as it is, and returns to service by itself.
 * @throws Error if a step fails. A node that still runs got the command to return to service.
 */
export async function patchNode(dependencies: PatchDependencies, node: HostNode): Promise<Patched> {
  const { hosts, say, rebootsAlways } = dependencies;
  const { name } = node;
  await waitForEarlier(dependencies, name);
  // The list may take minutes, so the checks of the other nodes come after it, with the drain.
  const pending = await pendingOf(hosts, name);
  const front = await frontFor(hosts, node);
  const { packages } = pending;
  const isDue = packages.length > 0 || pending.isHalfDone || pending.rebootReasons.length > 0;
  if (!isDue && !rebootsAlways) {
    // An earlier run that was killed left the node drained: no need to wait for the node's own timer.
    if ((await unhealthyIn(hosts, node.role)).has(name)) {
      await dependencies.keepTurn();
      await stepBack(hosts, node);
    }
    await waitForNode(hosts, node, front, say);
    return { packages, rebootReasons: [], isUntouched: true };
  }
  const aside = asideOf(dependencies, node);
  const drained = () => drain(dependencies, node, front, aside);
  await drained();
  const rebootReasons = await disturb(dependencies, node, pending, drained).catch(async (error) => {
    await returned(hosts, node, error);
    throw error;
  });
  if (rebootReasons.length === 0) await stepBack(hosts, node);
  await waitForNode(hosts, node, front, say);
  return { packages, rebootReasons, isUntouched: false };
}

/** Upgrades and reboots a drained node; resolves with the reasons for the reboot, none without one. */
async function disturb(
  dependencies: PatchDependencies,
  node: HostNode,
  pending: Pending,
  drained: () => Promise<void>,
): Promise<string[]> {
  const isOld = pending.packages.length > 0 || pending.isHalfDone;
  if (isOld) await upgrade(dependencies, node);
  const found = isOld
    ? reasonsIn(await dependencies.hosts.run(node.name, askReboot, 60_000))
    : pending.rebootReasons;
  const reasons = found.length === 0 && dependencies.rebootsAlways ? ["--reboot"] : found;
  if (reasons.length === 0) return reasons;
  // An upgrade may last three quarters of an hour. Meanwhile another node may have failed, another command may have
  // taken the turn, and this node may have returned to service.
  if (isOld) await drained();
  await reboot(dependencies, node);
  return reasons;
}

/** How a node is drained: a single load balancer cannot pass the address to another one. */
function asideOf({ hosts, allowsOutage }: PatchDependencies, { role }: HostNode): typeof stepAside {
  const isLone = hosts.nodes.filter((one) => one.role === role).length === 1;
  return role === "lb" && isLone && allowsOutage ? async () => undefined : stepAside;
}

/** Waits for the end of the upgrade that an earlier run began. @throws Error if the node does not answer. */
async function waitForEarlier(dependencies: PatchDependencies, name: string): Promise<void> {
  // The first question is outside the wait: a dead node is an error at once.
  if (!isUpgrading(await dependencies.hosts.run(name, askUpgrade))) return;
  dependencies.say(`${name}: an upgrade of an earlier run is under way`);
  await upgradeEnded(dependencies, name);
}

/** The state of the node's upgrade, once it has ended. */
function upgradeEnded({ hosts, say }: PatchDependencies, name: string): Promise<string> {
  const check = async () => {
    const answer = await hosts.run(name, askUpgrade);
    return isUpgrading(answer) ? undefined : answer;
  };
  const options = { timeoutSeconds: upgradeSeconds, intervalMs: checkMs, tell: say };
  return waitUntil(`the end of the upgrade of ${name}`, check, options);
}

async function upgrade(dependencies: PatchDependencies, node: HostNode): Promise<void> {
  const { hosts, say } = dependencies;
  const { name } = node;
  say(`${name}: upgrades its packages`);
  await hosts.run(name, beginUpgrade(node), 60_000);
  const end = await upgradeEnded(dependencies, name);
  if (isUpgraded(end)) return;
  const log = await hosts.run(name, askUpgradeLog).catch(String);
  throw new Error(`apt-get did not end well; its last lines:\n${log.trimEnd()}`);
}

async function reboot({ hosts, say, reboot }: PatchDependencies, node: HostNode): Promise<void> {
  const { name } = node;
  say(`${name}: reboots`);
  await hosts.run(name, markReboot, 60_000);
  await reboot(node);
  const check = () => hosts.run(name, askRebooted).then(() => true);
  const options = { timeoutSeconds: rebootSeconds, intervalMs: checkMs, tell: say };
  await waitUntil(`${name} after its reboot`, check, options);
}

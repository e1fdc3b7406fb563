import type { HostNode, Hosts } from "./hosts";
import { frontOf, isKnown, problemsOf } from "./neighbours";
import { waitUntil } from "./wait-until";

/** Longest wait for the other nodes before a node is disturbed, seconds: they may be starting. */
const othersSeconds = 120;
/** Longest wait for a disturbed node, seconds. A database first receives the transactions that it missed. */
const backSeconds = { lb: 600, web: 600, app: 600, db: 1_800 };
/** Number of consecutive checks that must find a node in service, and the time between two, milliseconds. */
const steadyChecks = 3;
const checkMs = 2_000;

/** The nodes in front of a node's tier, as of before the node is disturbed. */
export interface Front {
  /** Names of the nodes whose view counts. */
  names: string[];
  /** True if a node in front has the node in its configuration. */
  knowsIt: boolean;
}

/** Finds the nodes in front of a node. */
export async function frontFor(hosts: Hosts, node: HostNode): Promise<Front> {
  const names = await frontOf(hosts, node.role);
  return { names, knowsIt: await isKnown(hosts, node, names) };
}

/**
 * Waits until the other nodes of a node's tier are in service, as their neighbours see them.
 *
 * @throws Error after two minutes, with the reasons.
 */
export async function waitForOthers(
  hosts: Hosts,
  { name, role }: HostNode,
  { names }: Front,
  say: (line: string) => void,
): Promise<void> {
  const check = async () => {
    const found = await problemsOf(hosts, role, names, (other) => other !== name);
    if (found.length > 0) throw new Error(found.join(", "));
    return true;
  };
  const options = { timeoutSeconds: othersSeconds, intervalMs: checkMs, tell: say };
  await waitUntil(`the other ${role} nodes in service`, check, options);
}

/**
 * Waits until the nodes in front send requests to a node again, three checks in a row. A node that no node in
 * front knows only has to answer.
 *
 * @throws Error after ten minutes, for a database after half an hour, with the reasons.
 */
export async function waitForNode(
  hosts: Hosts,
  { name, role }: HostNode,
  { names, knowsIt }: Front,
  say: (line: string) => void,
): Promise<void> {
  let good = 0;
  const check = async () => {
    const found = knowsIt
      ? await problemsOf(hosts, role, names, (other) => other === name)
      : await hosts.run(name, "true").then(() => []);
    good = found.length === 0 ? good + 1 : 0;
    if (found.length > 0) throw new Error(found.join(", "));
    return good >= steadyChecks ? true : undefined;
  };
  await waitUntil(`${name} in service`, check, {
    ...{ timeoutSeconds: backSeconds[role], intervalMs: checkMs, tell: say },
  });
}

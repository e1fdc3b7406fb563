import type { HostNode, Hosts } from "./hosts";
import { type Front, frontFor, waitForOthers } from "./neighbour-waits";
import { outOfService } from "./node-states";
import { TurnTaken } from "./stack-turn";
import { stepAside, stepBack } from "./step-aside";
import { waitUntil } from "./wait-until";

/** Hosts of a stack, and the turn to disturb them. */
export interface DrainDependencies {
  hosts: Hosts;
  /** Makes sure that this command still has the turn; false: the turn ended meanwhile. See {@link StackTurn.renew}. */
  keepTurn: () => Promise<boolean>;
  /** Reports progress to the operator. */
  say: (line: string) => void;
  /** True: the only node of a tier is drained too. */
  allowsOutage: boolean;
}

/** Longest wait for the other nodes of the stack, seconds: they may be starting. */
const wholeSeconds = 120;
/** Time between two checks, milliseconds. */
const checkMs = 2_000;

/**
 * Drains a node with the turn, once all other nodes are in service. Both hold at the end too: if the turn ended
 * meanwhile, the checks and the drain are repeated, because the node may have returned to service by itself.
 *
 * @param aside drains the node. @default {@link stepAside}
 * @throws TurnTaken if another command has the turn: the node is left as it is, and returns to service by itself.
 * @throws Error if another node is not in service after two minutes, or if the drain fails. A node that still runs got
 * the command to return to service.
 */
export async function drain(
  dependencies: DrainDependencies,
  node: HostNode,
  front: Front,
  aside: typeof stepAside = stepAside,
): Promise<void> {
  const { hosts, keepTurn, say } = dependencies;
  let isAside = false;
  try {
    await inTurn(node.name, keepTurn, async () => {
      await waitForStack(dependencies, node, front);
      isAside = true;
      await aside(hosts, node, say);
    });
  } catch (error) {
    if (isAside) await returned(hosts, node, error);
    throw error;
  }
}

/** Most drains of one node: a machine sleeps at most once or twice at such a moment. */
const tries = 3;

/**
 * Drains a node with the turn from before the drain until after it; repeats the drain if the turn ended meanwhile.
 *
 * @throws TurnTaken if another command has the turn.
 * @throws Error if the drain fails, or after the third one.
 */
export async function inTurn(
  name: string,
  keepTurn: DrainDependencies["keepTurn"],
  aside: () => Promise<void>,
): Promise<void> {
  for (let n = 1; n <= tries; n++) {
    await keepTurn();
    await aside();
    if (await keepTurn()) return;
  }
  throw new Error(`${name}: the turn ended in each of ${tries} drains`);
}

/**
 * Returns a drained node to service after a failure, unless another command has the turn and may disturb the node now.
 * Never throws: the failure is the error to report.
 */
export async function returned(hosts: Hosts, node: HostNode, failure: unknown): Promise<void> {
  if (failure instanceof TurnTaken) return;
  await stepBack(hosts, node).catch(() => undefined);
}

/** Waits until all other nodes are in service: the tier's by its neighbours, the databases by the group too. */
async function waitForStack(
  dependencies: DrainDependencies,
  node: HostNode,
  front: Front,
): Promise<void> {
  const { hosts, say, allowsOutage } = dependencies;
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

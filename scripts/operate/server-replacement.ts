import { connect } from "../../provider/connect";
import { firstContact } from "../../provider/host-key";
import type { Inputs } from "../../provider/inputs";
import { ConnectionLost } from "../../provider/session";
import { drain, returned } from "../../rolling/drain";
import { type Front, frontFor, waitForNode } from "../../rolling/neighbour-waits";
import { stepAside } from "../../rolling/step-aside";
import { cloudProject, deleteServer, rebuildable, rebuildDisk } from "./cloud-project";
import { hostsOf } from "./hosts";
import { type Keeping, refuseOnlyCopy } from "./only-copy";
import { serverIdOf, type StackNode, type StackOutputs } from "./outputs";
import { recordedHost, userDataOf } from "./recorded-host";
import { rollOrder } from "./roll-order";
import { servedAgain } from "./served-again";
import { type Following, refuseUnlessUp } from "./up-check";

/** How a command works on a server. */
export interface Replacement extends Keeping {
  /** Name of the stack; undefined: the local stack. */
  stack: string | undefined;
  /** Makes sure that the command still has the stack's turn; false: the turn ended meanwhile. */
  keepTurn: () => Promise<boolean>;
}

const say = (line: string) => console.log(line);

/**
 * Drains a node, once an `up` is possible and all others are in service; returns the nodes in front of it. The others of a database node must
 * have a majority, so a database node that is out of service is one that the group does without.
 */
async function drained(
  outputs: StackOutputs,
  node: StackNode,
  { stack, isOut, keepTurn }: Replacement,
  newIn: Following["newIn"],
): Promise<Front> {
  await refuseUnlessUp(stack, node, { newIn, say });
  const hosts = hostsOf(outputs);
  const front = await frontFor(hosts, node);
  const aside: typeof stepAside = isOut
    ? (...all) => stepAside(...all).catch(() => undefined)
    : stepAside;
  await drain({ hosts, keepTurn, say, allowsOutage: false }, node, front, aside);
  return front;
}

/** The node of a name with its present server, and the project of the server. */
function serverToReplace({ nodes }: StackOutputs, name: string, { stack }: Replacement) {
  const node = nodes.find((one) => one.name === name)!;
  return { stack, node, serverId: serverIdOf(node), project: cloudProject(stack) };
}

/** Runs `up`, and waits until all nodes are in service and the nodes in front send requests to this one. */
async function backAgain(
  stack: string | undefined,
  node: StackNode,
  front: Front,
): Promise<StackOutputs> {
  const made = await servedAgain(stack);
  await waitForNode(hostsOf(made), node, front, say);
  return made;
}

/**
 * Replaces one node's server: the node is drained, the server is deleted, and `up` creates a new server.
 * Returns the outputs with the new server.
 *
 * @throws TurnTaken if another command has the turn.
 * @throws Error if a step fails; the node serves again if its server could not be deleted.
 */
export async function replaceServer(
  outputs: StackOutputs,
  name: string,
  how: Replacement,
): Promise<StackOutputs> {
  const { stack, node, serverId, project } = serverToReplace(outputs, name, how);
  await refuseOnlyCopy(hostsOf(outputs), node, how, say);
  const front = await drained(outputs, node, how, project);
  say(`${name}: deletes server ${serverId}`);
  try {
    await deleteServer(project, serverId);
  } catch (error) {
    await returned(hostsOf(outputs), node, error);
    throw error;
  }
  const made = await backAgain(stack, node, front);
  say(`${name}: in service again, on a new server`);
  return made;
}

/** Longest wait for SSH on a rebuilt server, seconds. */
const connectSeconds = 600;
/** Number of attempts at the first contact: a first boot may restart sshd. */
const tries = 3;

/**
 * The nodes that words name, in the order of their rebuilds, see {@link rollOrder}.
 *
 * @throws Error if a word names no node, a database, or the only node of a tier.
 */
export function rebuildOrder(
  outputs: StackOutputs,
  words: readonly string[],
  busy: readonly (string | undefined)[],
): StackNode[] {
  const data = outputs.nodes.find(
    ({ name, role }) => role === "db" && (words.includes(role) || words.includes(name)),
  );
  if (data) {
    const word = words.find((one) => one === data.name || one === data.role);
    throw new Error(
      `${data.name} has data on its disk, and a rebuild empties the disk; npm run roll -- ${word} makes a new ` +
        "server, keeps a volume, and waits until the node has all data of the others",
    );
  }
  return rollOrder(outputs, words, busy);
}

/** Waits until the rebuilt server has proved its new SSH host key. @throws HostKeyUnproved */
async function provedAnew({ connection, node }: Inputs): Promise<void> {
  const tell = (line: string) => say(`${node}: ${line}`);
  const log = { status: () => undefined, info: tell, warn: tell };
  for (let n = 1; ; n++) {
    const session = await connect({
      ...{ connection, pinned: undefined, timeoutSeconds: connectSeconds, urn: "", say: tell },
      signal: new AbortController().signal,
    });
    try {
      return await firstContact(session, node, connection.firstContactKey, log);
    } catch (error) {
      if (!(error instanceof ConnectionLost) || n === tries) throw error;
    } finally {
      session.close();
    }
  }
}

/**
 * Rebuilds one node's server in place: the node is drained, the cloud empties the server's disk, the server boots
 * with user data from the recorded configuration and proves its new host key, and `up` delivers the rest. Returns
 * the outputs with the new host key.
 *
 * @throws TurnTaken if another command has the turn.
 * @throws Error if a step fails; the node serves again if the cloud refused the rebuild.
 */
export async function rebuildServer(
  outputs: StackOutputs,
  name: string,
  how: Replacement,
): Promise<StackOutputs> {
  const { stack, node, serverId, project } = serverToReplace(outputs, name, how);
  const recorded = await recordedHost(stack, name);
  const userData = userDataOf(recorded);
  const server = await rebuildable(project, serverId);
  const front = await drained(outputs, node, how, undefined);
  say(`${name}: rebuilds server ${serverId}`);
  try {
    await rebuildDisk(project, serverId, server, userData);
  } catch (error) {
    // The disk may be empty already: then no service can start, and the cloud's error is the reason to report.
    await returned(hostsOf(outputs), node, error);
    throw error;
  }
  await provedAnew(recorded);
  say(`${name}: the server proved its new SSH host key`);
  const made = await backAgain(stack, node, front);
  say(`${name}: in service again, on the same server`);
  return made;
}

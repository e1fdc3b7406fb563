import type { Cloud, CloudServer } from "./cloud";
import { inTurn } from "./drain";
import { databaseStates, primaryOf } from "./node-states";
import { edgeStates, holderOf } from "./edge";
import type { HostNode, Hosts } from "./hosts";
import { type Front, frontFor, waitForNode, waitForOthers } from "./neighbour-waits";
import { unhealthyIn } from "./neighbours";
import { stepAside, stepBack } from "./step-aside";
import type { TypeChange } from "./outage-messages";
import type { Turns } from "./turns";
import { UpTurn } from "./up-turn";

/** Cloud, hosts and settings of a resize. */
export interface ResizeDependencies {
  cloud: Cloud;
  /** The hosts, at the servers' present addresses. */
  hosts: (servers: readonly CloudServer[]) => Promise<Hosts>;
  /** One turn for all servers of the stack. */
  turns: Turns;
  /** Id of the stack's turn of the command that runs this `up`. @default the `up` takes a turn of its own */
  passedOn?: string | undefined;
  /** Reports progress to the operator. */
  say: (line: string) => void;
  /** True if the stack file allows to switch off a node without a substitute. */
  allowsOutage: (node: HostNode) => boolean;
}

const roles = ["lb", "web", "app", "db"];

/** Remedy after a failure. */
const goOn =
  "no other server was begun. Mend the cause and run `pulumi up` again: it goes on from here";

/**
 * Changes of server types, one server of the stack at a time: {@link begin} before Hetzner changes the
 * type, {@link end} afterwards, {@link fail} if the change failed. The first failure ends all changes.
 */
export class Resizing {
  /** For the node with the turn: the nodes in front of its tier, and whether these know the node. */
  private front: Front = { names: [], knowsIt: false };

  /** State of each tier, checked once for all nodes that begin at the same time. */
  private readonly checks = new Map<HostNode["role"], ReturnType<Resizing["checkTier"]>>();

  /** The turn to disturb the stack, which `npm run patch` and others take too. */
  private readonly stackTurn: UpTurn;

  constructor(private readonly dependencies: ResizeDependencies) {
    const { say, passedOn } = dependencies;
    this.stackTurn = new UpTurn({ hosts: () => this.reach(), passedOn, say });
  }

  /**
   * Resolves once the node has the turn and gets no more requests.
   *
   * @throws TurnTaken if another command disturbs the stack.
   * @throws Error if the turn does not come, or if the other nodes cannot take over; the node then serves again.
   */
  async begin(node: HostNode, { to }: TypeChange): Promise<void> {
    const { turns, say } = this.dependencies;
    const { name } = node;
    try {
      const server = await this.serverOf(name);
      if (server.type === to) throw new Error(alreadyDone(name, to));
      await turns.take(name, await this.rankOf(node));
      say(`${name}: its turn; looks whether the others do its work`);
      const keepTurn = () => this.stackTurn.keep();
      await inTurn(name, keepTurn, () => this.stepAside(node));
    } catch (error) {
      await this.stop(name, (error as Error).message);
      throw error;
    }
  }

  /** Resolves once the node is in service again, and passes the turn on. @throws Error if this takes too long. */
  async end(node: HostNode, { to }: TypeChange): Promise<void> {
    const { turns, say } = this.dependencies;
    if (!turns.isOf(node.name)) return;
    try {
      await this.waitForService(node);
    } catch (error) {
      const text = `${node.name} is a ${to} now, but ${(error as Error).message}; ${goOn}`;
      await this.stop(node.name, text);
      throw new Error(text, { cause: error });
    }
    say(`${node.name}: in service again, as ${to}`);
    turns.done(node.name);
    if (turns.isIdle) await this.stackTurn.release();
  }

  /** Returns a node to service after a failed change. Never throws: the error to report is the cloud's. */
  async fail(node: HostNode, reason: string): Promise<void> {
    const { turns, say, cloud } = this.dependencies;
    const { name } = node;
    if (!turns.isOf(name)) return;
    try {
      const server = await this.serverOf(name);
      if (server.status === "off") {
        say(`${name}: the cloud refused; starts it again as ${server.type}`);
        await cloud.powerOn(server.id);
      } else {
        await stepBack(await this.reach(), node);
      }
      await this.waitForService(node);
      say(`${name}: in service again, as ${(await this.serverOf(name)).type}; ${goOn}`);
    } catch (error) {
      say(`${name}: is NOT in service: ${(error as Error).message}; ${goOn}`);
    }
    await this.stop(name, reason);
  }

  /** Ends all turns after a failure, and the stack's turn unless a node still has its own. */
  private async stop(name: string, reason: string): Promise<void> {
    const { turns } = this.dependencies;
    turns.stop(name, reason);
    if (turns.isIdle) await this.stackTurn.release();
  }

  /** Drains the node, once the other nodes of its tier are in service. */
  private async stepAside(node: HostNode): Promise<void> {
    const { say, allowsOutage } = this.dependencies;
    const hosts = await this.reach();
    const { name } = node;
    this.front = await frontFor(hosts, node);
    await this.waitForOthers(hosts, node);
    const server = await this.serverOf(name);
    if (server.status !== "running") return say(`${name}: is ${server.status}, has no work`);
    try {
      await stepAside(hosts, node, say);
      // Hetzner cuts the power, which would lose the file system's writes in memory.
      await hosts.run(name, "sudo sync", 60_000);
    } catch (error) {
      if (allowsOutage(node)) return say(`${name}: goes off with its work: ${String(error)}`);
      await stepBack(hosts, node).catch(() => undefined);
      throw error;
    }
  }

  private async waitForOthers(hosts: Hosts, node: HostNode): Promise<void> {
    const { name, role } = node;
    const { say, allowsOutage } = this.dependencies;
    await waitForOthers(hosts, node, this.front, say).catch((error: Error) => {
      if (allowsOutage(node)) return say(`${name}: ${error.message}; allowed`);
      const line = `"resize ${role} until <date>" in webstack:consent resizes it nevertheless`;
      throw new Error(`${name} stays as it is: ${error.message}. ${line}`);
    });
  }

  private async waitForService(node: HostNode): Promise<void> {
    await waitForNode(await this.reach(), node, this.front, this.dependencies.say);
  }

  /**
   * Rank of a node: tier after tier. A node that an interrupted earlier run left out of service comes first in
   * its tier; the node with the floating IP, and the primary, come last, so that the role moves once.
   */
  private async rankOf({ name, role }: HostNode): Promise<number> {
    const check = this.checks.get(role) ?? this.checkTier(role);
    this.checks.set(role, check);
    const { sick, busy } = await check;
    return roles.indexOf(role) * 3 + (sick.has(name) ? 0 : busy === name ? 2 : 1);
  }

  private async checkTier(role: HostNode["role"]): Promise<{ sick: Set<string>; busy?: string }> {
    const hosts = await this.reach();
    const sick = await unhealthyIn(hosts, role);
    if (role !== "lb" && role !== "db") return { sick };
    const busy =
      role === "lb" ? holderOf(await edgeStates(hosts)) : primaryOf(await databaseStates(hosts));
    return busy === undefined ? { sick } : { sick, busy };
  }

  private async reach(): Promise<Hosts> {
    return this.dependencies.hosts(await this.dependencies.cloud.servers());
  }

  private async serverOf(name: string): Promise<CloudServer> {
    const found = (await this.dependencies.cloud.servers()).find((server) => server.name === name);
    if (!found) throw new Error(`there is no server ${name} in the cloud; run \`pulumi refresh\``);
    return found;
  }
}

/** Message for a finished change: Pulumi's state lacks the changes of an interrupted earlier run. */
function alreadyDone(name: string, to: string): string {
  return (
    `${name} is a ${to} already: an earlier run was cut off before it could write that down; ` +
    "run `pulumi up --refresh` (locally: npm run up:local -- --refresh), which reads it and goes on"
  );
}

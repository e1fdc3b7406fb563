import { isInGroup, type NodeState } from "../core/node-state";

/** Nodes that XCom tries to connect to. */
export interface Attempts {
  /** Names of those that it surely does in vain. */
  connectingTo: string[];
  /** Names of others that it may try to connect to: not those that it is connected to. */
  maybeConnectingTo: string[];
}

/**
 * Which nodes XCom of this member tries to connect to in vain: it waits a second longer after each
 * try, ten at most (`sender_task` of `xcom_transport.cc`, MySQL 9.7; seen), and goes on with those
 * that the group has removed. To one that left while it was connected it connects at once when it
 * comes back. So it does with one whose connection it closed itself, unless it just had something to
 * send that the connection did not take any more, of which nothing is seen from outside.
 */
export class ConnectionAttempts {
  private readonly connectingTo = new Set<string>();
  private readonly maybe = new Set<string>();
  private readonly connected = new Set<string>();
  /** Members that were lost without a word, until they are back. */
  private readonly lost = new Set<string>();

  /** @param nodes names of the other database nodes. */
  constructor(private readonly nodes: readonly string[]) {}

  /**
   * Takes in a look at MySQL, and says the names.
   *
   * @param unreachable names of members that the group does not reach.
   * @param isConnected whether XCom of this node has a connection to that one.
   */
  see(
    self: NodeState,
    unreachable: readonly string[],
    isConnected: (node: string) => boolean,
  ): Attempts {
    if (!isInGroup(self)) this.forget();
    else {
      for (const name of unreachable) {
        this.connectingTo.add(name);
        this.lost.add(name);
      }
      for (const name of this.nodes) {
        const isBack = self.members.includes(name) && !unreachable.includes(name);
        this.note(name, isBack, isConnected(name));
      }
    }
    return { connectingTo: [...this.connectingTo], maybeConnectingTo: [...this.maybe] };
  }

  private note(name: string, isBack: boolean, isConnected: boolean): void {
    if (isBack) this.lost.delete(name);
    const hasEnded = this.connected.has(name) && !isConnected;
    if (hasEnded && this.lost.has(name)) this.maybe.add(name);
    if (isConnected) this.connected.add(name);
    else this.connected.delete(name);
    if (!isBack && !isConnected) return;
    this.connectingTo.delete(name);
    this.maybe.delete(name);
  }

  private forget(): void {
    this.connectingTo.clear();
    this.maybe.clear();
    this.connected.clear();
    this.lost.clear();
  }
}

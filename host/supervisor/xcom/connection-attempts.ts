import { isInGroup, type NodeState } from "../core/node-state";

/** Nodes that XCom tries to connect to. */
export interface Attempts {
  /** Names of nodes that it certainly tries without success. */
  connectingTo: string[];
  /** Names of other unconnected nodes that it may be trying. */
  maybeConnectingTo: string[];
}

/**
 * Tracks which nodes this member's XCom tries to connect to without success. XCom waits one second longer
 * after each try, at most ten (`sender_task` of `xcom_transport.cc`, MySQL 9.7; seen), and does not stop
 * for nodes that the group has removed. XCom reconnects at once to a node that left while connected and
 * comes back. The same holds for a node whose connection XCom closed itself, unless XCom had just failed
 * to send it a message, which is not visible from outside.
 */
export class ConnectionAttempts {
  private readonly connectingTo = new Set<string>();
  private readonly maybe = new Set<string>();
  private readonly connected = new Set<string>();
  /** Members that became unreachable, until they are back. */
  private readonly lost = new Set<string>();

  /** @param nodes names of the other database nodes. */
  constructor(private readonly nodes: readonly string[]) {}

  /**
   * Processes a poll of MySQL; returns the names.
   *
   * @param unreachable names of members that the group does not reach.
   *
   * @param isConnected whether this node's XCom is connected to the node.
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

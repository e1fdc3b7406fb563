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

/** Wait before the first check after a loss, milliseconds. */
const firstMs = 100;
/** Increase of each following wait, and the longest wait, milliseconds. */
const [moreMs, mostMs] = [1_000, 10_000];

/** State of XCom's connection to another node. */
export type LinkState = "none" | "unread" | "read";

/**
 * Predicts when this member's XCom next checks its connection to a lost node. XCom reads from that node
 * only from such a check on, even if the connection has been open for seconds (`reply_handler_task` of
 * `xcom_base.cc`, MySQL 9.7). The checks go on for ever, also for nodes that the group has removed.
 *
 * XCom also tries to connect at the same steps, so a check can just miss a connection made at the same
 * moment. Each new connection carries data at once, the end of its handshake. That data stays unread until
 * a check finds the connection.
 */
export class ReconnectSchedule {
  private readonly connected = new Set<string>();
  private readonly waits = new Map<string, { waitMs: number; atMs: number }>();

  /** Processes the state of the connections. */
  see(nodes: readonly string[], linkTo: (node: string) => LinkState, nowMs: number): void {
    for (const node of nodes) {
      const link = linkTo(node);
      // A new connection carries data at once, but the data takes a moment to arrive.
      this.passed(node, link === "read" && this.connected.has(node), nowMs);
      const isLost = this.connected.has(node) && link === "none";
      if (isLost && !this.waits.has(node)) {
        this.waits.set(node, { waitMs: firstMs, atMs: nowMs + firstMs });
      }
      if (link === "none") this.connected.delete(node);
      else this.connected.add(node);
    }
  }

  /** Milliseconds until the next check; undefined if XCom reads from the node, or if that is unknown. */
  inMs(node: string, nowMs: number): number | undefined {
    const wait = this.waits.get(node);
    return wait && wait.atMs - nowMs;
  }

  /** Forgets everything: this XCom has ended. */
  forget(): void {
    this.connected.clear();
    this.waits.clear();
  }

  private passed(node: string, isRead: boolean, nowMs: number): void {
    const wait = this.waits.get(node);
    if (isRead) this.waits.delete(node);
    else if (wait) while (wait.atMs <= nowMs) next(wait);
  }
}

function next(wait: { waitMs: number; atMs: number }): void {
  wait.waitMs = Math.min(wait.waitMs + moreMs, mostMs);
  wait.atMs += wait.waitMs;
}

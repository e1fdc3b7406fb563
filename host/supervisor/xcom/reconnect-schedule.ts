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

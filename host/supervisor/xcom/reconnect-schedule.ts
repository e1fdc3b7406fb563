/** Wait before the first look after a loss, milliseconds. */
const firstMs = 100;
/** How much longer each following wait is, and the longest one, milliseconds. */
const [moreMs, mostMs] = [1_000, 10_000];

/** The connection of XCom to another node. */
export type LinkState = "none" | "unread" | "read";

/**
 * When XCom of this member looks next whether it is connected to a node that it has lost. Only from
 * then on does it read what that node says, over a connection that may have been there for seconds
 * (`reply_handler_task` of `xcom_base.cc`, MySQL 9.7). It goes on for ever, also with a node that the
 * group has removed.
 *
 * It tries to connect in the same steps, so that a look and a try can come at the same moment, and
 * the look just misses the connection. Something comes over each new connection at once, the end of
 * its handshake: it is read as soon as a look finds the connection, and waits until then.
 */
export class ReconnectSchedule {
  private readonly connected = new Set<string>();
  private readonly waits = new Map<string, { waitMs: number; atMs: number }>();

  /** Takes in what the connections are at this time. */
  see(nodes: readonly string[], linkTo: (node: string) => LinkState, nowMs: number): void {
    for (const node of nodes) {
      const link = linkTo(node);
      // Something to read comes with each connection, but it takes a moment.
      this.passed(node, link === "read" && this.connected.has(node), nowMs);
      const isLost = this.connected.has(node) && link === "none";
      if (isLost && !this.waits.has(node)) {
        this.waits.set(node, { waitMs: firstMs, atMs: nowMs + firstMs });
      }
      if (link === "none") this.connected.delete(node);
      else this.connected.add(node);
    }
  }

  /** Milliseconds until the next look; undefined if the node is heard, or it is not known. */
  inMs(node: string, nowMs: number): number | undefined {
    const wait = this.waits.get(node);
    return wait && wait.atMs - nowMs;
  }

  /** This XCom has ended. */
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

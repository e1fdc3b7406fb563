/** Wait before the first look after a loss, milliseconds. */
const firstMs = 100;
/** How much longer each following wait is, and the longest one, milliseconds. */
const [moreMs, mostMs] = [1_000, 10_000];

/**
 * When XCom of this member looks next whether it is connected to a node that it has lost. Only from
 * then on does it read what that node says, over a connection that may have been there for seconds
 * (`reply_handler_task` of `xcom_base.cc`, MySQL 9.7). It goes on for ever, also with a node that the
 * group has removed.
 */
export class Looks {
  private readonly connected = new Set<string>();
  private readonly waits = new Map<string, { waitMs: number; atMs: number }>();

  /** Takes in who is connected to at this time. */
  see(nodes: readonly string[], isConnected: (node: string) => boolean, nowMs: number): void {
    for (const node of nodes) {
      const is = isConnected(node);
      this.passed(node, is, nowMs);
      const isLost = this.connected.has(node) && !is;
      if (isLost && !this.waits.has(node)) {
        this.waits.set(node, { waitMs: firstMs, atMs: nowMs + firstMs });
      }
      if (is) this.connected.add(node);
      else this.connected.delete(node);
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

  private passed(node: string, isConnected: boolean, nowMs: number): void {
    let wait = this.waits.get(node);
    if (wait && isConnected && wait.atMs <= nowMs) this.waits.delete(node);
    while (wait && !isConnected && wait.atMs <= nowMs) {
      const waitMs = Math.min(wait.waitMs + moreMs, mostMs);
      wait = { waitMs, atMs: wait.atMs + waitMs };
      this.waits.set(node, wait);
    }
  }
}

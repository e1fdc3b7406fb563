import type { Link } from "./links";
import { isInGroup, type NodeState } from "./view";

/**
 * How long a connection must be in use before it counts, milliseconds. The other side answers a first
 * word on it, which this side may not read for seconds; for a moment there is no answer to read yet.
 */
const usedMs = 1_000;

/**
 * Which nodes XCom of this member tries to reach in vain. After a loss it waits a second longer after
 * each try to connect, and after each look whether there is a connection to read from, ten at most,
 * and goes on after the removal (`sender_task` and `reply_handler_task` of `xcom_transport.cc`, MySQL
 * 9.7; seen). To one that left while it was connected it connects at once when it comes back.
 */
export class Sought {
  /** Since when there is a connection in use, by name, milliseconds since 1970; undefined: none. */
  private readonly usedSince = new Map<string, number | undefined>();

  /**
   * Takes in a look at MySQL, and says the names.
   *
   * @param unreachable names of members that the group does not reach.
   * @param linkTo the connection of XCom to that one, if there is one.
   */
  see(
    self: NodeState,
    unreachable: readonly string[],
    linkTo: (node: string) => Link | undefined,
    nowMs: number,
  ): string[] {
    if (!isInGroup(self)) this.usedSince.clear();
    for (const name of self.members) {
      if (!unreachable.includes(name)) this.usedSince.delete(name);
      else if (!linkTo(name) && !this.usedSince.has(name)) this.usedSince.set(name, undefined);
    }
    for (const [name, before] of this.usedSince) {
      const link = linkTo(name);
      const since = link && link.unread === 0 ? (before ?? nowMs) : undefined;
      if (since !== undefined && nowMs - since >= usedMs) this.usedSince.delete(name);
      else this.usedSince.set(name, since);
    }
    return [...this.usedSince.keys()];
  }
}

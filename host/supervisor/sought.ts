import { isInGroup, type NodeState } from "./view";

/**
 * Which nodes XCom of this member tries to connect to in vain: it waits a second longer after each
 * try, ten at most (`sender_task` of `xcom_transport.cc`, MySQL 9.7; seen), and goes on with those
 * that the group has removed. To one that left while it was connected it connects at once when it
 * comes back.
 */
export class Sought {
  private readonly names = new Set<string>();

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
  ): string[] {
    if (!isInGroup(self)) this.names.clear();
    for (const name of unreachable) this.names.add(name);
    for (const name of this.names) {
      const isBack = self.members.includes(name) && !unreachable.includes(name);
      if (isBack || isConnected(name)) this.names.delete(name);
    }
    return [...this.names];
  }
}

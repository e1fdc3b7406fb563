import { execFile } from "node:child_process";
import { toRefuse, xcomPort, type Silence } from "./fast-refusal";
import { log } from "../log";
import { isInGroup, type NodeState } from "../core/node-state";

/**
 * Ends connections of this host to XCom of that one. A kernel that cannot (without
 * `CONFIG_INET_DIAG_DESTROY`) leaves them as they are, and says nothing.
 */
function sever(address: string): Promise<void> {
  const filter = ["dst", address, "dport", "=", String(xcomPort)];
  return new Promise((resolve, reject) => {
    execFile(
      "/usr/bin/ss",
      ["--kill", "--tcp", "--no-header", ...filter],
      { timeout: 2_000 },
      (e) => (e ? reject(e) : resolve()),
    );
  });
}

/**
 * Ends what is left of the connections to a host that fell silent, as soon as the group has removed its
 * member: XCom of each member closes its own one some 10 to 16 s after the loss, and looks for the node
 * from then on at times of its own (see `ReconnectSchedule`). So all members lose it at the same moment, and are
 * about to hear it at the same times when it comes back. A host that only its MySQL is missing from
 * closes them itself.
 */
export class SeveredLinks {
  private members: readonly string[] = [];

  /** @param nodes names and private addresses of the other database nodes. */
  constructor(
    private readonly nodes: readonly { name: string; privateIp: string }[],
    private readonly end: (address: string) => Promise<void> = sever,
  ) {}

  /** Takes in who is a member, and how long nothing was heard of each peer's host. */
  see(self: NodeState, silences: readonly Silence[]): void {
    // A MySQL that does not answer for a moment says nothing of the group.
    if (!self.member) return;
    const members = isInGroup(self) ? self.members : [];
    const silent = toRefuse(silences);
    const lost = this.nodes.filter(
      ({ name, privateIp }) =>
        this.members.includes(name) && !members.includes(name) && silent.includes(privateIp),
    );
    this.members = members;
    if (members.length === 0) return;
    for (const { name, privateIp } of lost) {
      void this.end(privateIp).catch((error: Error) =>
        log(4, `connections to ${name}: ${error.message.split("\n")[0]}`),
      );
    }
  }
}

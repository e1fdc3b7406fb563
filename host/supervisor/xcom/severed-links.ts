import { execFile } from "node:child_process";
import { silentAddresses, xcomPort, type PeerSilence } from "./fast-refusal";
import { log } from "../log";
import { isInGroup, type NodeState } from "../core/node-state";

/**
 * Closes this host's connections to XCom of the address. On a kernel without `CONFIG_INET_DIAG_DESTROY`
 * this does nothing and reports no error.
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
 * Closes the remaining connections to a dead host as soon as the group has removed its member. Otherwise
 * each member's XCom closes its own 10 to 16 s after the loss, and reconnects from then on at times of its
 * own (see `ReconnectSchedule`). This way all members lose the host at the same moment, and read from it
 * at the same times when it comes back. A host on which only MySQL is down closes the connections itself.
 */
export class SeveredLinks {
  private members: readonly string[] = [];

  /** @param nodes names and private addresses of the other database nodes. */
  constructor(
    private readonly nodes: readonly { name: string; privateIp: string }[],
    private readonly end: (address: string) => Promise<void> = sever,
  ) {}

  /** Processes the members, and the time since each host's last sign of life. */
  see(self: NodeState, silences: readonly PeerSilence[]): void {
    // A MySQL that does not answer for a moment proves nothing about the group.
    if (!self.member) return;
    const members = isInGroup(self) ? self.members : [];
    const silent = silentAddresses(silences);
    const lost = this.nodes.filter(
      ({ name, privateIp }) =>
        this.members.includes(name) && !members.includes(name) && silent.includes(privateIp),
    );
    this.members = members;
    if (members.length === 0) return;
    for (const { name, privateIp } of lost) {
      void this.end(privateIp).catch((error: Error) =>
        log(
          4,
          `connections to the removed member ${name} cannot be closed: ${error.message.split("\n")[0]}`,
        ),
      );
    }
  }
}

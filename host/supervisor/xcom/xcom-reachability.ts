import { readFile } from "node:fs/promises";
import { xcomPort } from "./silent-hosts";
import { ReconnectSchedule, type LinkState, type Attempts, ConnectionAttempts } from "./reconnects";
import { isInGroup, type NodeState } from "../core/node-state";

/**
 * How long before XCom of a member reads from this node again the node may ask to join, milliseconds: the
 * time from the state message to the request, plus half a second for the slots until the node counts.
 * Asking much earlier fails: pings of members that do not hear the node accumulate, one a second. After
 * three of them XCom considers its own connection broken and closes it with its pending messages
 * (`pre_process_incoming_ping` of `xcom_base.cc`, MySQL 9.7).
 */
const aheadMs = { least: 1_300, most: 2_300 };
/**
 * Pause between two reads of the connection table, milliseconds, which cost processor time: while some
 * connections to absent nodes are still open, and after that.
 */
const readMs = { losing: 200, lost: 500 };
/**
 * How long XCom of a silent MySQL counts as unchanged, milliseconds: a busy MySQL answers late. A
 * restarted MySQL first reports that it is in no group.
 */
const silentMs = 3_000;

/** Tracks which nodes this member's XCom is connected to, and which it reads from. */
export class XcomReachability {
  private readonly names: readonly string[];
  private readonly connectingTo: ConnectionAttempts;
  private readonly looks = new ReconnectSchedule();
  private there = new Map<string, LinkState>();
  private readAtMs = Number.NEGATIVE_INFINITY;
  private answeredAtMs = Number.NEGATIVE_INFINITY;
  private attempts: Attempts = { connectingTo: [], maybeConnectingTo: [] };

  /** @param nodes names and private addresses of the other database nodes. */
  constructor(
    private readonly nodes: readonly { name: string; privateIp: string }[],
    private readonly links: () => Promise<{ address: string; unread: boolean }[]> = () =>
      linksTo(xcomPort),
  ) {
    this.names = nodes.map(({ name }) => name);
    this.connectingTo = new ConnectionAttempts(this.names);
  }

  /** Reads the connections to absent nodes; reachable members count as connected. */
  async look(
    self: NodeState,
    unreachable: readonly string[],
    nowMs: number,
  ): Promise<Pick<NodeState, "connectingTo" | "maybeConnectingTo" | "notReading">> {
    if (self.member) this.answeredAtMs = nowMs;
    const isSilent = !self.member && nowMs - this.answeredAtMs < silentMs;
    if (!isSilent) await this.see(self, unreachable, nowMs);
    const notReading = this.names.filter((name) => this.isDeaf(name, nowMs));
    return { ...this.attempts, notReading };
  }

  private async see(self: NodeState, unreachable: readonly string[], nowMs: number): Promise<void> {
    const { names } = this;
    const isMember = isInGroup(self);
    const away = names.filter((name) => !self.members.includes(name) || unreachable.includes(name));
    await this.find(isMember ? away : [], nowMs);
    const linkTo = (node: string): LinkState =>
      away.includes(node) ? (this.there.get(node) ?? "none") : "read";
    if (isMember) this.looks.see(names, linkTo, nowMs);
    else this.looks.forget();
    this.attempts = this.connectingTo.see(self, unreachable, (node) => linkTo(node) !== "none");
  }

  private async find(away: readonly string[], nowMs: number): Promise<void> {
    if (away.length === 0) {
      this.there.clear();
      this.readAtMs = Number.NEGATIVE_INFINITY;
      return;
    }
    const isLosing = away.some((name) => this.there.has(name));
    if (nowMs - this.readAtMs < (isLosing ? readMs.losing : readMs.lost)) return;
    this.readAtMs = nowMs;
    const links = await this.links();
    this.there.clear();
    for (const { name, privateIp } of this.nodes) {
      const own = links.filter(({ address }) => address === privateIp);
      if (own.length === 0) continue;
      this.there.set(name, own.some(({ unread }) => unread) ? "unread" : "read");
    }
  }

  private isDeaf(node: string, nowMs: number): boolean {
    const inMs = this.looks.inMs(node, nowMs);
    return inMs !== undefined && (inMs < aheadMs.least || inMs > aheadMs.most);
  }
}

/** Connection states in `/proc/net/tcp` that this side has not closed: ESTABLISHED, CLOSE_WAIT. */
const open = ["01", "08"];

/** A TCP connection as this side sees it. */
interface Link {
  /** IPv4 address of the remote side. */
  address: string;
  /** TCP port of the remote side. */
  port: number;
  /** True if received data is waiting to be read. */
  unread: boolean;
}

/** Parses an endpoint of `/proc/net/tcp`, whose address is a little-endian word in hexadecimal. */
function endOf(text: string): Pick<Link, "address" | "port"> {
  const [address = "", port = ""] = text.split(":");
  const bytes = Buffer.from(address, "hex").reverse();
  return { address: [...bytes].join("."), port: parseInt(port, 16) };
}

/** @param queues send and receive queue in bytes, hexadecimal, separated by a colon. */
function isUnread(queues: string): boolean {
  return parseInt(queues.split(":")[1] ?? "", 16) > 0;
}

/**
 * Parses the open connections in the text of `/proc/net/tcp`.
 * https://docs.kernel.org/networking/proc_net_tcp.html
 */
export function linksIn(table: string): Link[] {
  return table
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state]) => open.includes(state!))
    .map(([, , remote, , queues]) => ({ ...endOf(remote!), unread: isUnread(queues!) }));
}

/** Open connections of this machine to that remote port; empty if they cannot be read. */
export async function linksTo(port: number): Promise<Link[]> {
  const table = await readFile("/proc/net/tcp", "utf8").catch(() => "");
  return linksIn(table).filter((link) => link.port === port);
}

import { readFile } from "node:fs/promises";

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

import { readFile } from "node:fs/promises";

/** In `/proc/net/tcp`, states of a connection that this side has not closed, the other may have. */
const open = ["01", "08"];

/** A connection, as this side sees it. */
interface Link {
  /** IPv4 address of the other side. */
  address: string;
  /** Port of the other side. */
  port: number;
  /** True if something came that no program has read yet. */
  unread: boolean;
}

/** An end as `/proc/net/tcp` writes it: a word of little endian. */
function endOf(text: string): Pick<Link, "address" | "port"> {
  const [address = "", port = ""] = text.split(":");
  const bytes = Buffer.from(address, "hex").reverse();
  return { address: [...bytes].join("."), port: parseInt(port, 16) };
}

/** @param queues bytes not acknowledged and bytes not read, in hexadecimal, with a colon between. */
function isUnread(queues: string): boolean {
  return parseInt(queues.split(":")[1] ?? "", 16) > 0;
}

/**
 * The open connections in the text of `/proc/net/tcp`.
 * https://docs.kernel.org/networking/proc_net_tcp.html
 */
export function linksIn(table: string): Link[] {
  return table
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state]) => open.includes(state!))
    .map(([, , remote, , queues]) => ({ ...endOf(remote!), unread: isUnread(queues!) }));
}

/** Connections of this machine to that port of others; none where they cannot be read. */
export async function linksTo(port: number): Promise<Link[]> {
  const table = await readFile("/proc/net/tcp", "utf8").catch(() => "");
  return linksIn(table).filter((link) => link.port === port);
}

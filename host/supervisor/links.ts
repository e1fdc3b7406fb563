import { readFile } from "node:fs/promises";

/** State of a connection that both sides know of, in `/proc/net/tcp`. */
const established = "01";

/** An established connection of this machine. */
export interface Link {
  /** IPv4 address of the other side. */
  address: string;
  /** Port of the other side. */
  port: number;
  /** Bytes that came and that nobody has read. */
  unread: number;
}

/** Reads a line of `/proc/net/tcp`, or of `/proc/net/tcp6` about IPv4: words of little endian. */
function linkOf([, , other = "", , queues = ""]: string[]): Link {
  const [address = "", port = ""] = other.split(":");
  const bytes = Buffer.from(address.slice(-8), "hex").reverse();
  return {
    address: [...bytes].join("."),
    port: parseInt(port, 16),
    unread: parseInt(queues.split(":")[1] ?? "", 16),
  };
}

/**
 * Established connections in the text of `/proc/net/tcp` or `/proc/net/tcp6`.
 * https://docs.kernel.org/networking/proc_net_tcp.html
 */
export function linksIn(table: string): Link[] {
  return table
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state]) => state === established)
    .map(linkOf);
}

/** Established connections of this machine to a port of others; none where they cannot be read. */
export async function linksTo(port: number): Promise<Link[]> {
  const tables = await Promise.all(
    ["/proc/net/tcp", "/proc/net/tcp6"].map((path) => readFile(path, "utf8").catch(() => "")),
  );
  return tables.flatMap(linksIn).filter((link) => link.port === port);
}

import { readFile } from "node:fs/promises";

/** State of a connection that both sides know of, in `/proc/net/tcp`. */
const established = "01";

/** One end of a connection. */
interface End {
  /** IPv4 address. */
  address: string;
  port: number;
}

/** Connections of this machine: its own end, and the other one. */
export type Link = readonly [own: End, other: End];

/** An end as `/proc/net/tcp` writes it, or `/proc/net/tcp6` one of IPv4: words of little endian. */
function endOf(text: string): End {
  const [address = "", port = ""] = text.split(":");
  const bytes = Buffer.from(address.slice(-8), "hex").reverse();
  return { address: [...bytes].join("."), port: parseInt(port, 16) };
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
    .map(([, own, other]) => [endOf(own!), endOf(other!)]);
}

/** Established connections of this machine; none where they cannot be read. */
async function links(): Promise<Link[]> {
  const tables = await Promise.all(
    ["/proc/net/tcp", "/proc/net/tcp6"].map((path) => readFile(path, "utf8").catch(() => "")),
  );
  return tables.flatMap(linksIn);
}

/** IPv4 addresses of those that are connected to a port of this machine. */
export async function connectedFrom(port: number): Promise<string[]> {
  return (await links()).filter(([own]) => own.port === port).map(([, { address }]) => address);
}

/** IPv4 addresses that this machine is connected to at a port of theirs. */
export async function connectedTo(port: number): Promise<string[]> {
  return (await links()).filter(([, to]) => to.port === port).map(([, { address }]) => address);
}

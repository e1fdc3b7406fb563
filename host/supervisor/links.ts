import { readFile } from "node:fs/promises";

/** State of a connection that both sides know of, in `/proc/net/tcp`. */
const established = "01";

/** The other side of a connection. */
interface Remote {
  /** IPv4 address. */
  address: string;
  port: number;
}

/** An end as `/proc/net/tcp` writes it, or `/proc/net/tcp6` one of IPv4: words of little endian. */
function remoteOf(text: string): Remote {
  const [address = "", port = ""] = text.split(":");
  const bytes = Buffer.from(address.slice(-8), "hex").reverse();
  return { address: [...bytes].join("."), port: parseInt(port, 16) };
}

/**
 * Other sides of the established connections in the text of `/proc/net/tcp` or `/proc/net/tcp6`.
 * https://docs.kernel.org/networking/proc_net_tcp.html
 */
export function remotesIn(table: string): Remote[] {
  return table
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state]) => state === established)
    .map(([, , remote]) => remoteOf(remote!));
}

/** IPv4 addresses that this machine is connected to at that port; none where it cannot be read. */
export async function connectedTo(port: number): Promise<string[]> {
  const tables = await Promise.all(
    ["/proc/net/tcp", "/proc/net/tcp6"].map((path) => readFile(path, "utf8").catch(() => "")),
  );
  const remotes = tables.flatMap(remotesIn);
  return remotes.filter((remote) => remote.port === port).map(({ address }) => address);
}

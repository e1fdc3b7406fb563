import { readFile } from "node:fs/promises";

/** In `/proc/net/tcp`, states of a connection that this side has not closed, the other may have. */
const open = ["01", "08"];

/** The other side of a connection. */
interface Remote {
  /** IPv4 address. */
  address: string;
  port: number;
}

/** An end as `/proc/net/tcp` writes it: a word of little endian. */
function remoteOf(text: string): Remote {
  const [address = "", port = ""] = text.split(":");
  const bytes = Buffer.from(address, "hex").reverse();
  return { address: [...bytes].join("."), port: parseInt(port, 16) };
}

/**
 * Other sides of the open connections in the text of `/proc/net/tcp`.
 * https://docs.kernel.org/networking/proc_net_tcp.html
 */
export function remotesIn(table: string): Remote[] {
  return table
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state]) => open.includes(state!))
    .map(([, , remote]) => remoteOf(remote!));
}

/** IPv4 addresses that this machine is connected to at that port; none where it cannot be read. */
export async function connectedTo(port: number): Promise<string[]> {
  const table = await readFile("/proc/net/tcp", "utf8").catch(() => "");
  return remotesIn(table)
    .filter((remote) => remote.port === port)
    .map(({ address }) => address);
}

import { isIPv4 } from "node:net";
import { command } from "./command";
import { ownRange, prefix } from "./names";

/** What of `ip -json route` matters here. */
export interface Route {
  /** Block with prefix, single address, or `default`. */
  dst: string;
  dev?: string;
  /** `unicast`, `local`, `blackhole`, ... */
  type?: string;
  metric?: number;
}

/** First and last address of an IPv4 block as numbers; undefined for anything else. */
function span(block: string): [number, number] | undefined {
  const [address = "", length = "32"] = block.split("/");
  if (!isIPv4(address)) return undefined;
  const number = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(length));
  const first = Math.floor(number / size) * size;
  return [first, first + size - 1];
}

/** Routes of other programs that lead to addresses of `range`; a default route is none. */
export function overlapping(routes: readonly Route[], range: string): Route[] {
  const [first, last] = span(range) ?? [0, -1];
  return routes.filter(({ dst, dev = "", type, metric }) => {
    const found = span(dst);
    const own = dev.startsWith(prefix) || (type === "blackhole" && metric === 4096);
    return found !== undefined && !own && found[0] <= last && found[1] >= first;
  });
}

/**
 * Looks whether this machine uses the cloud's addresses for something else, because then it would
 * lose the way there.
 *
 * @throws Error with the routes that are in the way.
 */
export async function refuseUsedAddresses(): Promise<void> {
  const routes = await command("ip", ["-json", "-4", "route", "show", "table", "all"]);
  const inTheWay = overlapping(JSON.parse(routes) as Route[], ownRange);
  if (inTheWay.length === 0) return;
  const shown = inTheWay.map(({ dst, dev }) => `${dst}${dev ? ` on ${dev}` : ""}`).join(", ");
  throw new Error(
    `the local cloud's addresses ${ownRange} must not be used by this machine, but it has routes ` +
      `to ${shown}; take them away while the local cloud runs (a VPN client, perhaps)`,
  );
}

import type { StackOutputs } from "../operate/outputs";
import type { SocketClient } from "./socket-clients";

/** Number of clients with the default transports, and of those that only poll. */
const counts = { usual: 20, polling: 12 };

/**
 * Clients behind a trusted proxy, which is this machine, with an address each, and two with this machine's own addresses:
 * this machine has one address of each family.
 */
export function clientsOf({ url, floatingIp }: Pick<StackOutputs, "url" | "floatingIp">) {
  const behind = (prefix: string, first: number, count: number, polls: boolean): SocketClient[] =>
    Array.from({ length: count }, (_, i) => ({
      ...{ name: `${prefix}-${i + 1}`, url, polls },
      headers: { "X-Forwarded-For": `203.0.113.${first + i}` },
    }));
  const own = (name: string, at: string): SocketClient => ({
    name,
    url: at,
    polls: true,
    headers: {},
  });
  const sixth = new URL(url);
  if (floatingIp.ipv6 !== undefined) sixth.hostname = `[${floatingIp.ipv6}]`;
  return [
    ...behind("usual", 1, counts.usual, false),
    ...behind("polling", 101, counts.polling, true),
    own("own-ipv4", url),
    ...(floatingIp.ipv6 === undefined ? [] : [own("own-ipv6", sixth.href)]),
  ];
}

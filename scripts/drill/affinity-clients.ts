import type { StackOutputs } from "../operate/outputs";
import type { SocketClient } from "./socket-clients";

/** Number of clients with the default transports, and of those that only poll. */
const counts = { usual: 20, polling: 12 };

/**
 * Clients behind a trusted proxy, which is this machine, with an address each, and one with this machine's own IPv4
 * address. There is none over IPv6: the client library sends a Host header without brackets, which HAProxy refuses.
 */
export function clientsOf({ url }: Pick<StackOutputs, "url">): SocketClient[] {
  const behind = (prefix: string, first: number, count: number, polls: boolean): SocketClient[] =>
    Array.from({ length: count }, (_, i) => ({
      ...{ name: `${prefix}-${i + 1}`, url, polls },
      headers: { "X-Forwarded-For": `203.0.113.${first + i}` },
    }));
  return [
    ...behind("usual", 1, counts.usual, false),
    ...behind("polling", 101, counts.polling, true),
    { name: "own-ipv4", url, polls: true, headers: {} },
  ];
}

/** Which process of the app gets a request: the least busy one, or the one of the client's address. */
export type Affinity = "none" | "client";

/**
 * Server key of a consistent hash in HAProxy: a node's address, or address and port of a process. Neither depends on a
 * server's place in the configuration, so proxies with different configurations agree on the servers that both have.
 */
export type ServerKey = "addr" | "addr-port";

/**
 * Client of a request, as the load balancers determined it: an IPv4 address, or an IPv6 network of 64 bits, since one
 * client often has several addresses of such a network. The expression takes the last value of the header; a request
 * without the header gets the next server in turn.
 */
const client = "req.hdr_ip(X-Forwarded-For,-1),ipmask(32,64)";

/**
 * Weight of each server: HAProxy puts 16 points for each unit onto the hash ring. Of six equal processes the busiest
 * had 2.3 times the clients of the least busy one with the weight 1, and 1.2 times with 64 (HAProxy 3.2.26, 1200 addresses).
 */
const weight = 64;

/**
 * Lines of a HAProxy backend that choose the server of a request.
 *
 * HAProxy 3.0 and later: https://docs.haproxy.org/3.2/configuration.html#5.2-hash-key
 *
 * @param key differs between two proxies in a row: with equal keys both would choose by the same part of the hash, and
 * some processes would get no client.
 */
export function balanceLines(affinity: Affinity, key: ServerKey): string[] {
  if (affinity === "none") return ["balance leastconn"];
  return [
    "# The same server for each client, whichever proxy chooses. A server that leaves moves its own clients alone.",
    `balance hash ${client}`,
    "hash-type consistent",
    `default-server weight ${weight} hash-key ${key}`,
  ];
}

/**
 * Concurrent connections that a load balancer's HAProxy accepts. Each needs two open files: one towards the client,
 * one towards a web node.
 */
export const edgeConnections = 9_500;

/** Connections reserved for health checks and for the peer's stick table; visitors never get them. */
export const reservedConnections = 100;

/**
 * Default limit of concurrent connections from one address, or from one IPv6 network of 64 bits: a quarter of the
 * visitors' connections. All users behind one address of a provider or an office share the quarter, so it is large;
 * three quarters remain for all other addresses.
 *
 * @param maxConnections concurrent connections that HAProxy accepts in all.
 */
export function connectionsOfOneAddress(maxConnections: number): number {
  return Math.floor((maxConnections - reservedConnections) / 4);
}

/** Largest number of concurrent requests from one load balancer to one web node; further requests queue. */
export const requestsPerWebNode = 512;

/**
 * The same limit for WebSockets and other requests that may last: Nginx on one processor has 4096 connections, and a
 * request takes two.
 */
export const lastingPerWebNode = 1400;

/**
 * Default limit of one client's concurrent requests: a quarter of what all web nodes take. A client with an IPv4 and an
 * IPv6 address counts as two clients, and so gets half.
 *
 * @param perWebNode concurrent requests that one web node takes.
 */
export function concurrencyPerClient(perWebNode: number, webNodes: number): number {
  return Math.floor((perWebNode * webNodes) / 4);
}

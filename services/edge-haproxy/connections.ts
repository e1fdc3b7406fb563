/** Connections that HAProxy of a load balancer accepts at a time; each needs two open files, one towards it and one towards a web node. */
export const edgeConnections = 9_500;

/** Connections that visitors never get: for who asks for health, and for the table of the other node. */
export const reservedConnections = 100;

/**
 * Connections that one address may have unless the stack file says otherwise, an IPv6 network of 64 bits being one: a
 * quarter of the visitors'. All users behind one address of a provider or an office have it together, so it is large;
 * three quarters are left for everybody else.
 *
 * @param maxConnections what HAProxy accepts in all.
 */
export function connectionsOfOneAddress(maxConnections: number): number {
  return Math.floor((maxConnections - reservedConnections) / 4);
}

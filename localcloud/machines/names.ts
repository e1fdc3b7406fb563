import { createHash } from "node:crypto";
import { resolve } from "node:path";

/** Label of every container. */
export const containerLabel = "webstack.localcloud";
/** Beginning of every namespace and interface in the root namespace. */
export const prefix = "wsc";
/** This machine, as the hosts see it, and the router's end of that link. TEST-NET-1, RFC 5737. */
export const clientAddress = "192.0.2.1";
export const clientGateway = "192.0.2.254";
/** Gateway of every public interface at Hetzner. */
export const publicGateway = "172.31.1.1";
/** Metadata service and API as hosts reach them. */
export const metadataAddress = "169.254.169.254";
export const apiAddress = "198.51.100.1";
/** Ranges of which no packet may leave this machine. */
export const ownRanges = ["203.0.113.0/24", "198.51.100.0/24", "192.0.2.0/24"] as const;
export const ownRange6 = "2001:db8::/32";

/** Names of what one local cloud has on the machine; its id is a digest of the state's path. */
export function cloudNames(stateDirectory: string) {
  const id = createHash("sha256").update(resolve(stateDirectory)).digest("hex").slice(0, 6);
  return {
    id,
    /** Namespace of the public side. */
    router: `${prefix}-${id}`,
    /** Namespace of a private network. */
    network: (networkId: number) => `${prefix}-${id}-n${networkId}`,
    /** The link's end in the root namespace. */
    link: `${prefix}${id}`,
    container: (serverId: number) => `${prefix}-${id}-${serverId}`,
  };
}

/** Router's end of a server's public interface. */
export function publicPort(serverId: number): string {
  return `pub${serverId}`;
}

/** Router's end of a server's interface in a private network. */
export function privatePort(serverId: number): string {
  return `net${serverId}`;
}
